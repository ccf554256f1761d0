import AetherRuntime
import Foundation
import Testing

@testable import Aether

@Suite("Continuing as new", .timeLimit(.minutes(5)))
struct ContinuationTests {
    struct Sum: Codable, Sendable {
        var total = 0
        var seen: [String] = []
    }

    @Test("hands the state on, keeps the id, the waiting caller and the signals, and begins an empty journal")
    func state() async throws {
        let server = WorkerServer()
        let client = AetherClient()
        let loop = client.workflow("loop") { (context, sum: Sum) -> Sum in
            var sum = sum
            sum.total += try await context.signal("add", as: Int.self)
            sum.seen.append("\(context.info.continuedCount) \(context.historyLength) \(context.uuid())")
            if sum.total < 10 { try context.continueAsNew(sum) }
            return sum
        }
        try await serving([loop], on: server) {
            server.start("a", type: "loop", input: #"{"seen":[],"total":0}"#)
            // All at once: the later ones wait in the journal, and go along.
            for number in 1...4 { server.signal("a", "add", "\(number)") }
            guard case .completed(let bytes) = await server.untilClosed("a") else {
                Issue.record("\(server.journal("a"))")
                return
            }
            let sum = try JSONDecoder().decode(Sum.self, from: Data(bytes))
            #expect(sum.total == 10)
            #expect(sum.seen.map { $0.prefix(3) } == ["0 2", "1 2", "2 2", "3 2"])
            #expect(Set(sum.seen.map { $0.suffix(36) }).count == 4)
            #expect(server.journal("a").first?.sequence == 1)
            #expect(server.journal("a").count < 8)
        }
    }

    @Test("runs no compensation, and names the children of each run its own")
    func children() async throws {
        let server = WorkerServer()
        let client = AetherClient()
        let log = Log()
        let child = client.workflow("child") { _ in }
        let loop = client.workflow("loop") { (context, count: Int) in
            context.compensate { log.write("compensated") }
            let handle = try await context.startChild(child, policy: .wait)
            log.write(handle.id)
            if count < 2 { try context.continueAsNew(count + 1) }
        }
        try await serving([loop], on: server) {
            server.start("a", type: "loop", input: "0")
            for number in 0...2 {
                await server.until {
                    $0.runs["a"]?.execution.pending.values.contains { if case .child = $0.kind { true } else { false } }
                        == true && $0.runs["a"]?.execution.start.continuation?.count ?? 0 == number
                }
                server.closeChild("a", OperationKey(rawValue: "child:child#1"))
            }
            _ = await server.untilClosed("a")
            #expect(log.lines == ["a/child:child#1", "a:1/child:child#1", "a:2/child:child#1"])
        }
    }

    @Test("is refused inside a step, and with an input that can't be encoded the run fails")
    func refused() async throws {
        let workflow = AetherClient().workflow("test") { context in
            try await context.step("a") {
                do {
                    try context.continueAsNew(1)
                } catch {
                    #expect(error is NonRetryableError)
                }
            }
            try context.continueAsNew(Double.nan)
        }
        guard case .failed = await TestServer().run(workflow) else {
            Issue.record("it did not fail")
            return
        }
    }
}
