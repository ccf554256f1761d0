import Aether
import Foundation
import Testing

/// The example of an order, with its real process, killed wherever it can be.
@Suite("Order processing", .timeLimit(.minutes(5)))
struct OrderProcessingTests {
    enum Victim: String, Sendable, CaseIterable { case server, worker, both }

    /// When something is killed.
    private struct Moment: Sendable {
        var order: String
        /// What the run's status says then.
        var isMet: @Sendable (WorkflowStatus) -> Bool
        /// The ledger's line of what is done then, and not answered yet; `nil` when it is not done yet.
        var line: String?

        /// A step that has begun.
        static func step(_ name: String, of order: String) -> Moment {
            Moment(order: order) { $0.currentStep == name }
        }

        /// Something else that has begun.
        static func wait(for what: String, of order: String) -> Moment {
            Moment(order: order) { $0.reason.contains(what) }
        }

        /// Something that is done, and not recorded yet.
        static func done(_ line: String, of order: String) -> Moment {
            Moment(order: order, isMet: { _ in false }, line: line)
        }
    }

    private static let moments: [Moment] = [
        .step("check-inventory", of: "order-1"),
        .step("reserve", of: "order-1"), .done("reserved", of: "order-1"),
        .wait(for: "activity \"charge\", attempt", of: "order-1"), .done("charged", of: "order-1"),
        .wait(for: "its timer", of: "order-1"),
        .step("ship", of: "order-1"), .done("shipped", of: "order-1"),
        .step("release", of: "order-2"),
        .wait(for: "its timer", of: "order-3"),
        .step("refund", of: "order-3"), .done("refunded", of: "order-3"),
        .step("release", of: "order-3"), .done("released", of: "order-3"),
        .step("check-inventory", of: "order-4"),
    ]

    private static let output = [
        "order-1: paid by entry-2, sent as entry-3",
        "order-2: card expired was declined in step charge",
        "order-3: book is out of stock in step ship",
        "order-4: unobtainium is out of stock in step check-inventory",
    ]

    private static let ledger = [
        "order-1 reserved", "order-1 charged", "order-1 shipped",
        "order-2 reserved", "order-2 released entry-4",
        "order-3 reserved", "order-3 charged", "order-3 refunded entry-7", "order-3 released entry-6",
    ]

    @Test("the four orders, undisturbed and again: what is printed, and what the ledger has")
    func undisturbed() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer()
        for _ in 1...2 {
            let example = try start(bed, server, delayMilliseconds: 1)
            try await expectTheEnd(of: example, bed)
        }
    }

    @Test("kill -9 at every operation in turn: each thing is done once, and undone once", arguments: Victim.allCases)
    func killed(_ victim: Victim) async throws {
        let bed = try TestBed()
        // A server that is back soon takes the worker's runs for still running; a worker that is gone loses them at once.
        let flags = ["--worker-grace-ms", victim == .server ? "60000" : "100"]
        var server = try await bed.startServer(flags: flags)
        var example = try start(bed, server, delayMilliseconds: 1000)
        var hits = 0
        for moment in Self.moments {
            hits += try await wait(for: moment, bed, server) ? 1 : 0
            if victim != .server { await example.kill() }
            if victim != .worker {
                await server.process.kill()
                server = try await bed.startServer(port: server.port, flags: flags)
            }
            if victim != .server { example = try start(bed, server, delayMilliseconds: 1000) }
        }
        // On a machine that is very slow, a crash may come later than meant: what it must not do is the same.
        #expect(hits * 2 > Self.moments.count, "most of the crashes missed what they were meant for")
        try await expectTheEnd(of: example, bed)
    }

    private func start(_ bed: TestBed, _ server: RunningServer, delayMilliseconds: Int) throws -> ChildProcess {
        try ChildProcess(
            TestBed.products.appendingPathComponent("order-processing"),
            environment: [
                "AETHER_SERVER": server.url, "ORDER_LEDGER": bed.path("ledger"),
                "ORDER_DELAY_MS": "\(delayMilliseconds)",
            ])
    }

    /// - Returns: whether the moment was met: not when it has gone by.
    private func wait(for moment: Moment, _ bed: TestBed, _ server: RunningServer) async throws -> Bool {
        // Only its name matters here.
        let run = server.client().workflow("process-order") { (_, order: String) in order }.handle(moment.order)
        while true {
            try Task.checkCancellation()
            do {
                let status = try await run.status()
                if let line = moment.line, try ledger(bed).contains(where: { $0.hasPrefix("\(moment.order) \(line)") })
                {
                    return status.state == .running
                }
                if moment.isMet(status) { return true }
                if status.state == .completed || status.state == .failed { return false }
            } catch let error as AetherError where error.code == .notFound {
                // The orders come one after the other.
            }
        }
    }

    private func expectTheEnd(of example: ChildProcess, _ bed: TestBed) async throws {
        var printed: [String] = []
        for await line in example.lines { printed.append(line) }
        #expect(await example.exitCode() == 0, "\(example.errorOutput)")
        #expect(printed == Self.output)
        #expect(try ledger(bed).compactMap { $0.split(separator: " [").first.map(String.init) } == Self.ledger)
    }

    private func ledger(_ bed: TestBed) throws -> [String] { try bed.lines(of: "ledger") }
}
