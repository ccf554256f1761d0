import AetherStorage
import Foundation
import Logging
import Testing

@testable import AetherServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("HTTP listener", .timeLimit(.minutes(1)))
struct HTTPListenerTests {
    private static func snapshot(reason: String? = nil) -> ServerSnapshot {
        ServerSnapshot(
            counts: WorkflowCounts(), activeRuns: 0, connectedWorkers: 0, commits: 0, entriesCommitted: 0, expired: 0,
            notReadyReason: reason)
    }

    private func listener(_ pages: HTTPListener.Pages, port: Int = 0, reason: String? = nil) -> HTTPListener {
        HTTPListener(pages, host: "127.0.0.1", port: port, logger: Logger(label: "test")) {
            Self.snapshot(reason: reason)
        }
    }

    /// Runs the listener for as long as the body runs.
    private func serving<Result: Sendable>(
        _ listener: HTTPListener, _ body: @Sendable @escaping (Int) async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try? await listener.run()
                return nil
            }
            group.addTask { try await body(listener.boundPort) }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }

    private struct Page: Equatable {
        var status: Int
        var text: String

        init(status: Int, text: String) {
            self.status = status
            self.text = text
        }

        init(path: String, port: Int) async throws {
            let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
            let (data, response) = try await URLSession.shared.data(from: url)
            status = try #require(response as? HTTPURLResponse).statusCode
            text = String(decoding: data, as: UTF8.self)
        }

        static func all(_ paths: [String], port: Int) async throws -> [Page] {
            var pages: [Page] = []
            for path in paths { pages.append(try await Page(path: path, port: port)) }
            return pages
        }
    }

    @Test("serves the text page and health on a free port")
    func main() async throws {
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: 3)
        try await serving(listener(.main { addresses })) { port in
            #expect(port > 0)
            let page = try await Page(path: "/", port: port)
            #expect(page.text.contains("durable workflow engine"))
            let pages = try await Page.all(["/healthz", "/readyz"], port: port)
            #expect(pages == [Page(status: 200, text: "ok\n"), Page(status: 200, text: "ready\n")])
            let missing = try await Page(path: "/nothing", port: port)
            #expect(missing.status == 404)
        }
    }

    @Test("says 503 and the reason while the server takes no work")
    func notReady() async throws {
        try await serving(listener(.metrics, reason: "the server drains")) { port in
            let pages = try await Page.all(["/readyz", "/healthz", "/metrics"], port: port)
            #expect(pages[0] == Page(status: 503, text: "not ready: the server drains\n"))
            #expect(pages[1].status == 200)
            #expect(pages[2].text.contains("aether_ready 0\n"))
        }
    }

    @Test("names the port that another process has, and the flag that chooses another")
    func portInUse() async throws {
        try await serving(listener(.metrics)) { port in
            let second = listener(.metrics, port: port)
            let error = try await #require(throws: ServerStartError.self) { try await second.run() }
            #expect(error.message.contains("port \(port) on 127.0.0.1 (metrics) is in use"))
            #expect(error.message.contains("--metrics-port"))
            await #expect(throws: ServerStartError.self) { try await second.boundPort }
        }
    }
}
