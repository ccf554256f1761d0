import AetherProtocol
import AetherRuntime
import SwiftProtobuf
import Testing

@testable import Aether

@Suite("A worker that comes back", .timeLimit(.minutes(5)))
struct ReconnectTests {
    private let client = AetherClient()

    @Test("says what it offers, and for which service")
    func offers() async throws {
        let workflow = client.workflow("test", persistence: .memory) { _ in 1 }
        let activity = client.activity("charge") { (_, number: Int) in number }
        let server = WorkerServer()
        try await serving([workflow, activity], on: server, service: "bank") {
            let registration = server.read { $0.registrations.first }
            #expect(registration?.serviceName == "bank")
            #expect(registration?.provides.map(\.name) == ["test", "charge"])
            #expect(registration?.provides.map(\.type) == [.workflow, .activity])
            #expect(registration?.provides.first?.metadata.tier == .memory)
        }
        let elsewhere = client.activity("elsewhere", input: Int.self, output: Int.self)
        for servables in [[workflow, workflow], [activity, activity], [elsewhere]] as [[any Servable]] {
            let error = #expect(throws: AetherError.self) { try Worker(client: client, servables, calls: server) }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("says what it holds and up to where it knows it, and goes on with what happened meanwhile")
    func held() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let slow = client.activity("slow") { (_) -> Int in
            hasBegun.open()
            await isDone.wait()
            return 7
        }
        let workflow = client.workflow("test") { context -> [Int] in
            let number = try await context.signal("number", as: Int.self)
            return [number, try await context.activity(slow)]
        }
        let server = WorkerServer()
        try await serving([workflow, slow], on: server) {
            server.start("run-1", type: "test")
            server.start("run-2", type: "test")
            server.signal("run-1", "number", "1")
            await hasBegun.wait()
            await server.until { state in state.runs.values.allSatisfy { $0.waitingAt != nil } }
            let known = server.read { $0.runs.mapValues { UInt64($0.journal.count) } }
            server.goAway()
            server.signal("run-2", "number", "2")
            server.comeBack()
            await server.until { $0.streamCount == 2 }
            let registration = try #require(server.read { $0.registrations.last })
            let held = Dictionary(uniqueKeysWithValues: zip(registration.heldTaskIds, registration.heldSequences))
            #expect(held["w:1:run-1"] == known["run-1"])
            #expect(held["w:1:run-2"] == known["run-2"])
            #expect(held["a:1:15:activity:slow#1:run-1"] == 0)
            #expect(held.count == 3)
            isDone.open()
            #expect(await server.untilClosed("run-1") == json("[1,7]"))
            #expect(await server.untilClosed("run-2") == json("[2,7]"))
            #expect(server.read { $0.runs["run-1"]?.assignments } == 1)
        }
    }

    @Test("gives back what it does not have, when it is asked for it or told its news, until that is heard")
    func disowned() async throws {
        let (hasBegun, isDone) = (Gate(), Gate())
        let slow = client.activity("slow") { (_) -> Int in
            hasBegun.open()
            await isDone.wait()
            return 7
        }
        let workflow = client.workflow("test") { context in try await context.activity(slow) }
        let server = WorkerServer()
        try await serving([workflow, slow], on: server) {
            server.start("run-1", type: "test")
            await hasBegun.wait()
            server.change { state in
                state.late = 2
                let foreign = ["w:2:run-1", "w:1:run-2", "a:2:15:activity:slow#1:run-1"]
                for task in ["w:1:run-1", "a:1:15:activity:slow#1:run-1"] + foreign {
                    state.send?(
                        .with {
                            $0.kind = .push
                            $0.taskID = task
                            $0.workflowID = TaskID(task)?.workflow.rawValue ?? ""
                        })
                }
            }
            await server.until { $0.disowned.count >= 5 }
            isDone.open()
            #expect(await server.untilClosed("run-1") == json("7"))
            let disowned = server.read { $0.disowned }
            #expect(Set(disowned) == ["w:2:run-1", "w:1:run-2", "a:2:15:activity:slow#1:run-1"])
            #expect(disowned.count == 5)
        }
    }

    @Test("tells again which runs only wait")
    func waiting() async throws {
        let workflow = client.workflow("test") { context in try await context.signal("go") }
        let server = WorkerServer()
        try await serving([workflow], on: server) {
            server.start("run-1", type: "test")
            await server.until { $0.runs["run-1"]?.waitingAt != nil }
            server.goAway()
            server.change { $0.runs["run-1"]?.waitingAt = nil }
            server.comeBack()
            await server.until { $0.runs["run-1"]?.waitingAt == UInt64($0.runs["run-1"]?.journal.count ?? 0) }
            server.signal("run-1", "go")
            #expect(await server.untilClosed("run-1") == json("null"))
        }
    }

    @Test("drops the runs that are no longer its own, and cancels such activities without a report")
    func notKept() async throws {
        let (hasBegun, isCancelled) = (Gate(), Gate())
        let log = Log()
        let slow = client.activity("slow") { (_) -> Int in
            hasBegun.open()
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                isCancelled.open()
                throw error
            }
            return 7
        }
        let workflow = client.workflow("test") { context -> Int in
            do {
                return try await context.activity(slow)
            } catch is CancellationError {
                log.write("dropped")
                throw CancellationError()
            }
        }
        let server = WorkerServer()
        try await serving([workflow, slow], on: server) {
            server.start("run-1", type: "test")
            await hasBegun.wait()
            server.change { $0.kept = [] }
            server.goAway()
            server.comeBack()
            await isCancelled.wait()
            await server.until { $0.streamCount == 2 }
        }
        #expect(log.lines == ["dropped"])
        #expect(server.read { $0.completions }.isEmpty)
    }
}
