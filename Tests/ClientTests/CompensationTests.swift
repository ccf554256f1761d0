import AetherRuntime
import Testing

@testable import Aether

@Suite("Compensations", .timeLimit(.minutes(5)))
struct CompensationTests {
    struct Broken: Error, CustomStringConvertible {
        var description: String { "broken" }
    }

    private let client = AetherClient()

    /// Books, pays, and then does what it is told.
    private func trip(_ log: Log, _ last: @escaping @Sendable (WorkflowContext) async throws -> Void)
        -> Workflow<NoValue, NoValue>
    {
        client.workflow("test") { (context) -> Void in
            for name in ["book", "pay"] {
                try await context.step(name) { log.write(name) }
                context.compensate {
                    try await context.step("undo-\(name)") {
                        log.write("undo-\(name)")
                        if name == "pay" { throw Broken() }
                    }
                }
            }
            try await last(context)
        }
    }

    @Test("run in reverse when the function throws; what one throws stops neither the others nor the function's error")
    func failure() async throws {
        let log = Log()
        let workflow = trip(log) { _ in throw NonRetryableError("no seat") }
        let server = TestServer()
        let outcome = await server.run(workflow)
        guard case .failed(let failure) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(failure.message == "no seat")
        #expect(log.lines == ["book", "pay", "undo-pay", "undo-book"])
        for count in 1..<server.journal.count {
            let before = log.lines.count
            let other = try TestServer(crashing: server, after: count)
            let recorded = Set(other.outcomes.map { OperationKey(rawValue: $0).name })
            #expect(await other.run(workflow) == outcome)
            let expected = ["book", "pay", "undo-pay", "undo-book"].filter { !recorded.contains($0) }
            #expect(Array(log.lines.dropFirst(before)) == expected)
        }
    }

    @Test("don't run when the function returns")
    func success() async throws {
        let log = Log()
        let outcome = await TestServer().run(trip(log) { _ in })
        #expect(outcome == .completed(Array("null".utf8)))
        #expect(log.lines == ["book", "pay"])
    }

    @Test("run when the workflow is cancelled, and a cancel that comes while they run interrupts none")
    func cancel() async throws {
        let log = Log()
        let (hasBegun, undoes, isCancelled) = (Gate(), Gate(), Gate())
        let isFailing = TestServer()
        let slow = client.workflow("test") { context in
            context.compensate {
                try await context.step("undo") {
                    undoes.open()
                    await isCancelled.wait()
                    log.write("undone")
                }
            }
            throw Broken()
        }
        async let failed = isFailing.run(slow)
        await undoes.wait()
        isFailing.cancel()
        isCancelled.open()
        #expect(await failed?.state == .failed)
        #expect(log.lines == ["undone"])

        let server = TestServer()
        let workflow = trip(log) { context in
            try await context.step("wait") {
                hasBegun.open()
                try await Task.sleep(for: .seconds(3600))
            }
        }
        async let outcome = server.run(workflow)
        await hasBegun.wait()
        server.cancel()
        #expect(await outcome == .cancelled)
        #expect(log.lines.dropFirst(3) == ["undo-pay", "undo-book"])
    }
}
