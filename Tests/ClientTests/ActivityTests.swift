import AetherProtocol
import AetherRuntime
import Foundation
import SwiftProtobuf
import Synchronization
import Testing

@testable import Aether

@Suite("Activities in their worker", .timeLimit(.minutes(5)))
struct ActivityTests {
    struct Declined: Error, CustomStringConvertible { var description: String { "declined" } }

    private let client = AetherClient()

    /// A workflow that calls an activity with 1, and returns what it does or how it failed.
    private func calling(_ activity: Activity<Int, Int>) -> Workflow<NoValue, String> {
        client.workflow("test") { context -> String in
            do {
                return "\(try await context.activity(activity, 1))"
            } catch let error as ActivityFailed {
                return "\(error.message) (\(error.type))"
            }
        }
    }

    @Test("know who calls them, which attempt it is, and a key that all attempts share")
    func context() async throws {
        let log = Log()
        let activity = client.activity("charge", retry: .exponential(initial: .zero, attempts: 3)) {
            (context, number: Int) -> Int in
            log.write("\(context.name) \(context.workflowID) \(context.attempt) \(context.idempotencyKey) \(number)")
            if context.attempt < 3 { throw Declined() }
            return number + 1
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            #expect(await server.untilClosed("run-1") == json(#""2""#))
        }
        #expect(log.lines == (1...3).map { "charge run-1 \($0) run-1/activity:charge#1 1" })
    }

    @Test(
        "fail with the error's message and type, and are not tried again if that can't help",
        arguments: [true, false])
    func failure(isNonRetryable: Bool) async throws {
        let log = Log()
        let activity = client.activity("charge", retry: .exponential(initial: .zero, attempts: 2)) {
            (_, _: Int) -> Int in
            log.write("tried")
            if isNonRetryable { throw NonRetryableError("never") }
            throw Declined()
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            let outcome = await server.untilClosed("run-1")
            #expect(outcome == json(isNonRetryable ? #""never (NonRetryableError)""# : #""declined (Declined)""#))
        }
        #expect(log.lines.count == (isNonRetryable ? 1 : 2))
        #expect(server.read { $0.completions.first?.nonRetryable } == isNonRetryable)
    }

    @Test("answer once the server is back, which was away when they ended")
    func serverAway() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let activity = client.activity("charge") { (_, number: Int) -> Int in
            hasBegun.open()
            await isDone.wait()
            return number
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            await hasBegun.wait()
            server.goAway()
            isDone.open()
            server.comeBack()
            #expect(await server.untilClosed("run-1") == json(#""1""#))
        }
        #expect(server.read { $0.completions.count } == 1)
    }

    @Test("are cancelled by the answer to a heartbeat, and end as cancelled")
    func cancel() async throws {
        let (hasBegun, isReady) = (Gate(), Gate())
        let activity = client.activity("charge") { (context, _: Int) -> Int in
            hasBegun.open()
            await isReady.wait()
            do {
                try await context.heartbeat(progress: 0.5)
            } catch is CancellationError {
                #expect(Task.isCancelled)
                throw CancellationError()
            }
            return 1
        }
        let workflow = client.workflow("test") { context -> Int in
            try await context.activity(activity, 1, cancellation: .wait)
        }
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            await hasBegun.wait()
            server.cancel("run-1")
            await server.until { state in
                state.runs["run-1"]?.journal.contains { if case .operationCancelled = $0.event { true } else { false } }
                    ?? false
            }
            isReady.open()
            #expect(await server.untilClosed("run-1") == .cancelled)
        }
        #expect(server.read { $0.completions.map(\.errorType) } == ["Cancelled"])
        #expect(server.read { $0.heartbeats.map { String(decoding: $0.details, as: UTF8.self) } } == ["0.5"])
    }

    @Test("called in a run that was cancelled before it began are told all the same")
    func cancelledEarly() async throws {
        let activity = client.activity("charge") { (context, _: Int) -> Int in
            while true {
                try await context.heartbeat()
                await Task.yield()
            }
        }
        let workflow = client.workflow("test") { context -> Int in
            try await context.activity(activity, 1, cancellation: .wait)
        }
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            server.cancel("run-1")
            #expect(await server.untilClosed("run-1") == .cancelled)
        }
        let events = server.journal("run-1").map(\.event)
        #expect(events.contains(.operationCancelled(key: OperationKey(rawValue: "activity:charge#1"))))
    }

    @Test("whose lease is lost are cancelled and say nothing any more", arguments: [true, false])
    func lost(byRevocation: Bool) async throws {
        let (hasBegun, isReady, isCancelled) = (Gate(), Gate(), Gate())
        let activity = client.activity("charge") { (context, _: Int) -> Int in
            hasBegun.open()
            await isReady.wait()
            if !byRevocation { try? await context.heartbeat() }
            while !Task.isCancelled { await Task.yield() }
            isCancelled.open()
            return 1
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            await hasBegun.wait()
            if byRevocation {
                server.terminate("run-1")
            } else {
                server.change { $0.heartbeatAnswers = [.with { $0.ok = false }] }
            }
            isReady.open()
            await isCancelled.wait()
        }
        #expect(server.read { $0.completions }.isEmpty)
    }

    @Test("find what the attempt before said last, also what was held back")
    func details() async throws {
        let log = Log()
        let activity = client.activity("charge", retry: .exponential(initial: .zero, attempts: 2)) {
            (context, _: Int) -> Int in
            let last = try context.lastHeartbeatDetails(as: [Int].self)
            log.write("\(last ?? [])")
            try await context.heartbeat([1])
            try await context.heartbeat([1, 2])
            throw Declined()
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            server.start("run-1", type: "test")
            _ = await server.untilClosed("run-1")
        }
        let sent = server.read { $0.heartbeats.prefix(2).map { String(decoding: $0.details, as: UTF8.self) } }
        #expect(sent == ["[1]", "[1,2]"])
        #expect(log.lines == ["[]", "[1, 2]"])
    }

    @Test("that don't end in time when the worker does are given up, for another worker")
    func shutdown() async throws {
        let hasBegun = Gate()
        let isOver = Gate()
        let activity = client.activity("charge", retry: .none) { (_, _: Int) -> Int in
            hasBegun.open()
            await isOver.wait()
            return 1
        }
        let workflow = calling(activity)
        let server = WorkerServer()
        try await serving([workflow, activity], on: server) {
            $0.shutdownGrace = .zero
        } _: {
            server.start("run-1", type: "test")
            await hasBegun.wait()
        }
        #expect(server.read { $0.completions.map(\.errorType) } == ["WorkerGone"])
        isOver.open()
    }

    @Test("with input of another type fail for good")
    func wrongInput() async throws {
        let declared = client.activity("charge", input: String.self, output: Int.self)
        let served = client.activity("charge") { (_, number: Int) in number }
        let workflow = client.workflow("test") { context -> Int in try await context.activity(declared, "one") }
        let server = WorkerServer()
        try await serving([workflow, served], on: server) {
            server.start("run-1", type: "test")
            #expect(await server.untilClosed("run-1")?.state == .failed)
        }
        #expect(server.read { $0.completions.map(\.nonRetryable) } == [true])
    }
}
