import AetherStorage
import Foundation
import Hummingbird
import Logging
import Testing

@testable import AetherServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

@Suite("HTTP listener", .timeLimit(.minutes(5)))
struct HTTPListenerTests {
    private static func snapshot(reason: String? = nil) -> ServerSnapshot {
        ServerSnapshot(counts: WorkflowCounts(), connectedWorkers: 0, notReadyReason: reason)
    }

    private static let metrics = HTTPListener.Pages.metrics { PrometheusText(MetricsRegistry().families) }

    private func listener(
        _ pages: HTTPListener.Pages, port: Int = 0, reason: String? = nil, access: AccessControl? = nil
    ) -> HTTPListener {
        HTTPListener(
            pages, host: "127.0.0.1", port: port,
            guard: PageGuard(access: access, hosts: AllowedHosts(["aether.example"])), logger: Logger(label: "test")
        ) {
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
        var headers: [String: String] = [:]

        init(status: Int, text: String) {
            self.status = status
            self.text = text
        }

        init(path: String, port: Int, method: String = "GET", headers: [String: String] = [:]) async throws {
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            request.httpMethod = method
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            let (data, answer) = try await URLSession.shared.data(for: request)
            let response = try #require(answer as? HTTPURLResponse)
            status = response.statusCode
            text = String(decoding: data, as: UTF8.self)
            for (name, value) in response.allHeaderFields { self.headers["\(name)".lowercased()] = "\(value)" }
        }

        static func == (left: Page, right: Page) -> Bool { (left.status, left.text) == (right.status, right.text) }

        static func all(_ paths: [String], port: Int) async throws -> [Page] {
            var pages: [Page] = []
            for path in paths { pages.append(try await Page(path: path, port: port)) }
            return pages
        }
    }

    @Test("serves the text page and health on a free port")
    func main() async throws {
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: 3)
        try await serving(listener(.main(APIRig().api, { addresses }))) { port in
            #expect(port > 0)
            let page = try await Page(path: "/", port: port)
            #expect(page.text.contains("durable workflow engine"))
            let pages = try await Page.all(["/healthz", "/readyz"], port: port)
            #expect(pages == [Page(status: 200, text: "ok\n"), Page(status: 200, text: "ready\n")])
            let missing = try await Page(path: "/nothing", port: port)
            #expect(missing.status == 404)
        }
    }

    @Test("serves the dashboard to browsers, its files with tags, and a page under each of its addresses")
    func dashboard() async throws {
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: 3)
        try await serving(listener(.main(APIRig().api, { addresses }))) { port in
            let html = ["Accept": "text/html,*/*"]
            let page = try await Page(path: "/", port: port, headers: html)
            #expect(page.text.contains("<title>") && page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.headers["vary"] == "Accept")
            for path in ["/workflows", "/workflows/a%2Fb", "/workers", "/metrics", "/open"] {
                #expect(try await Page(path: path, port: port, headers: html).text == page.text, "\(path)")
            }
            for name in DashboardAsset.all.filter({ !$0.isPage }).map(\.path) {
                #expect(page.text.contains("/\(name)"), "\(name) is not used")
                let asset = try await Page(path: "/\(name)", port: port)
                #expect(asset.status == 200 && asset.text.utf8.count > 100)
                #expect(asset.headers["cache-control"] == "no-cache")
                let tag = try #require(asset.headers["etag"])
                let again = try await Page(path: "/\(name)", port: port, headers: ["If-None-Match": tag])
                #expect(again.status == 304 || again.text == asset.text)
            }
        }
    }

    @Test("says 503 and the reason while the server takes no work")
    func notReady() async throws {
        try await serving(listener(Self.metrics, reason: "the server drains")) { port in
            let pages = try await Page.all(["/readyz", "/healthz", "/metrics"], port: port)
            #expect(pages[0] == Page(status: 503, text: "not ready: the server drains\n"))
            #expect(pages[1].status == 200)
            #expect(pages[2].text.contains("aether_commits_total 0\n"))
        }
    }

    private static let tokens = """
        admin ada \(String(repeating: "a", count: 32))
        read-only rae \(String(repeating: "r", count: 32))
        worker wim \(String(repeating: "w", count: 32))
        """

    private func secret(_ letter: String) -> String { String(repeating: letter, count: 32) }

    @Test("with tokens every page but the two on health needs one that may see it, as Bearer or as a browser sends it")
    func tokens() async throws {
        let access = AccessControl(try TokenSet(Self.tokens, source: "test"))
        let guarding = PageGuard(access: access, hosts: AllowedHosts([]))
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: 3)
        for listener in [
            listener(.main(APIRig().api, { addresses }), access: access), listener(Self.metrics, access: access),
        ] {
            // A stream of events would not end; one of nonsense does.
            let routes = Set(listener.router.routes.map { "\($0.path)" }).map {
                $0.hasSuffix("/events") ? $0 + "?topics=nonsense" : $0
            }
            #expect(routes.count >= 3)
            try await serving(listener) { port in
                for path in routes + ["/nothing", "/healthz/", "/healthz/x"] {
                    let isOpen = ["/healthz", "/readyz"].contains(path)
                    for authorization in [nil, "Bearer \(secret("x"))"] {
                        let head = HTTPRequest(
                            method: .get, scheme: "http", authority: "localhost", path: path,
                            headerFields: authorization.map { [.authorization: $0] } ?? [:])
                        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
                        #expect(guarding.refusal(of: request)?.status == (isOpen ? nil : .unauthorized), "\(path)")
                    }
                    if isOpen {
                        #expect(try await Page(path: path, port: port).status == 200)
                        continue
                    }
                    let worker = try await Page(
                        path: path, port: port, headers: ["Authorization": "Bearer \(secret("w"))"])
                    #expect(worker.status == 403 && worker.text.contains("needs admin or client or read-only"))
                    let reader = ["Authorization": "bearer \(secret("r"))"]
                    let seen = [200, path.hasSuffix("nonsense") ? 400 : 404]
                    #expect(seen.contains(try await Page(path: path, port: port, headers: reader).status))
                    let basic = Data("anyone:\(secret("a"))".utf8).base64EncodedString()
                    let browser = try await Page(path: path, port: port, headers: ["Authorization": "Basic \(basic)"])
                    #expect(seen.contains(browser.status))
                    let write = try await Page(path: path, port: port, method: "POST", headers: reader)
                    #expect(write.status == 403 && write.text.contains("needs admin or client"))
                }
            }
        }
    }

    @Test("a page is for the names of this machine, addresses, and the names that are allowed")
    func hosts() async throws {
        try await serving(listener(Self.metrics)) { port in
            for host in ["localhost", "localhost:\(port)", "127.0.0.1", "[::1]:80", "aether.example:1", "10.1.2.3"] {
                #expect(try await Page(path: "/metrics", port: port, headers: ["Host": host]).status == 200, "\(host)")
            }
            for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "aether.example.org"] {
                let page = try await Page(path: "/metrics", port: port, headers: ["Host": host])
                #expect(page.status == 421 && page.text.contains("--allowed-hosts"), "\(host)")
                #expect(try await Page(path: "/healthz", port: port, headers: ["Host": host]).status == 200)
            }
        }
    }

    @Test("a page of elsewhere changes nothing here, and no page may be framed or guessed at")
    func origins() async throws {
        try await serving(listener(Self.metrics)) { port in
            let own = ["Origin": "http://127.0.0.1:\(port)"]
            #expect(try await Page(path: "/metrics", port: port, method: "POST", headers: own).status == 404)
            for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
                let page = try await Page(path: "/metrics", port: port, method: "POST", headers: ["Origin": origin])
                #expect(page.status == 403 && page.text.contains("may change nothing"), "\(origin)")
                let read = try await Page(path: "/metrics", port: port, headers: ["Origin": origin])
                #expect(read.status == 200 && read.headers["access-control-allow-origin"] == nil)
            }
            for path in ["/metrics", "/nothing"] {
                let page = try await Page(path: path, port: port)
                #expect(page.headers["content-security-policy"]?.contains("frame-ancestors 'none'") == true, "\(path)")
                #expect(page.headers["x-content-type-options"] == "nosniff", "\(path)")
                #expect(page.headers["referrer-policy"] == "no-referrer", "\(path)")
            }
        }
    }

    @Test("names the port that another process has, and the flag that chooses another")
    func portInUse() async throws {
        try await serving(listener(Self.metrics)) { port in
            let second = listener(Self.metrics, port: port)
            let error = try await #require(throws: ServerStartError.self) { try await second.run() }
            #expect(error.message.contains("port \(port) on 127.0.0.1 (metrics) is in use"))
            #expect(error.message.contains("--metrics-port"))
            await #expect(throws: ServerStartError.self) { try await second.boundPort }
        }
    }
}
