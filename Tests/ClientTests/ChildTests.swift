import AetherRuntime
import Testing

@testable import Aether

@Suite("Children", .timeLimit(.minutes(5)))
struct ChildTests {
    private let client = AetherClient()
    private var square: Workflow<Int, Int> { client.workflow("square") { (_, number: Int) in number * number } }
    private var failing: Workflow<NoValue, Int> { client.workflow("failing") { _ in 1 } }

    /// Children of the type `square` do their work, those of `failing` fail, others are cancelled.
    private static let world: TestServer.World = { _, kind in
        switch kind {
        case .child(let child) where child.type == "square":
            let number = Int(String(decoding: child.input, as: UTF8.self)) ?? 0
            return .close(.completed(Array("\(number * number)".utf8)))
        case .child(let child) where child.type == "failing":
            return .close(.failed(Failure(message: "no luck", type: "Unlucky", step: "try")))
        case .child:
            return .close(.cancelled)
        case .timer:
            return .due
        case .activity, .signal, .step:
            return .nothing
        }
    }

    private func starts(_ server: TestServer) -> [ChildStart] {
        server.story.compactMap { if case .childStarted(_, let child) = $0 { child } else { nil } }
    }

    @Test("give their results, and are started once however often the parent is replayed")
    func child() async throws {
        let log = Log()
        let (square, failing) = (square, failing)
        let cancelled = client.workflow("cancelled") { (_, number: Int) in number }
        let workflow = client.workflow("test") { context -> [String] in
            let four = try await context.child(square, 2)
            let nine = try await context.child(square, 3, id: "mine", policy: .abandon)
            try await context.step("a") { log.write("a") }
            var lines = ["\(four)", "\(nine)"]
            do {
                try await context.child(failing)
            } catch let error as WorkflowFailed {
                lines.append("\(error.workflowID) \(error.step) \(error.message) \(error.type)")
            }
            do {
                try await context.child(cancelled, 1)
            } catch let error as WorkflowCancelled {
                lines.append("cancelled \(error.workflowID)")
            }
            return lines
        }
        let server = try await survivesEveryCrash(workflow, log: log, world: Self.world)
        #expect(
            server.outcome
                == json(
                    #"["4","9","run-1/child:failing#1 try no luck Unlucky","cancelled run-1/child:cancelled#1"]"#))
        let children = starts(server)
        #expect(
            children.map(\.id.rawValue) == [
                "run-1/child:square#1", "mine", "run-1/child:failing#1", "run-1/child:cancelled#1",
            ])
        #expect(children.map(\.closePolicy) == [.cancel, .abandon, .cancel, .cancel])
        #expect(children[0].input == Array("2".utf8))
    }

    @Test("that are started go on beside the parent, and their results may be asked for later and again")
    func handle() async throws {
        let log = Log()
        let square = square
        let workflow = client.workflow("test") { context -> [Int] in
            let first = try await context.startChild(square, 2)
            let second = try await context.startChild(square, 3)
            try await context.step("a") { log.write("a") }
            try await context.sleep(.seconds(1))
            return [
                try await second.result(), try await first.result(), try await first.result(), first.id.utf8.count,
            ]
        }
        let server = try await survivesEveryCrash(workflow, log: log, world: Self.world)
        #expect(server.outcome == json("[9,4,4,20]"))
        #expect(starts(server).count == 2)
    }

    @Test("are what start and startAndWait make in the body of a workflow")
    func startInside() async throws {
        let log = Log()
        let square = square
        let workflow = client.workflow("test") { context -> [Int] in
            let four = try await square.startAndWait(2)
            let handle = try await square.start(3)
            let rest = try await context.parallel(over: [4, 5]) { try await square.startAndWait($0) }
            return [four, try await handle.result()] + rest
        }
        let server = try await survivesEveryCrash(workflow, log: log, world: Self.world)
        #expect(server.outcome == json("[4,9,16,25]"))
        #expect(starts(server).count == 4)
    }

    @Test("to be waited for keep the parent from ending, also when it fails")
    func waitPolicy() async throws {
        let square = square
        let workflow = client.workflow("test") { context -> Int in
            _ = try await context.startChild(square, 2, policy: .wait)
            throw NonRetryableError("no")
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await server.until { !$0.waitingPlaces.isEmpty }
        #expect(server.outcome == nil)
        server.answer(OperationKey(rawValue: "child:square#1"), .close(.completed(Array("4".utf8))))
        #expect(await outcome?.state == .failed)
    }

    @Test("are told when their parent's wait is cancelled, unless they are to be abandoned", arguments: [true, false])
    func cancel(isAbandoned: Bool) async throws {
        let square = square
        let workflow = client.workflow("test") { context -> Int in
            try await context.child(square, 2, policy: isAbandoned ? .abandon : .cancel)
        }
        let server = TestServer { _, _ in .nothing }
        async let outcome = server.run(workflow)
        await server.until { $0.restCount == 1 }
        server.cancel()
        #expect(await outcome == .cancelled)
        let told = server.story.contains(.operationCancelled(key: OperationKey(rawValue: "child:square#1")))
        #expect(told == !isAbandoned)
    }
}
