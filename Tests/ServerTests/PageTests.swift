import AetherRuntime
import AetherStorage
import Testing

@testable import AetherServer

@Suite("HTTP pages")
struct PageTests {
    private let snapshot = ServerSnapshot(
        counts: WorkflowCounts([.pending: 1, .running: 2, .completed: 30, .failed: 4]), connectedWorkers: 5,
        notReadyReason: nil)

    @Test("of text tell the addresses and the counts, and why the server isn't ready")
    func text() {
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: nil)
        var page = TextPage(snapshot: snapshot, addresses: addresses)
        #expect(page.text.contains("gRPC        http://localhost:1\n"))
        #expect(page.text.contains("metrics     switched off\n"))
        #expect(page.text.contains("completed   30\n"))
        #expect(page.text.contains("This server is ready."))
        page.snapshot.notReadyReason = "the disk is full"
        #expect(page.text.contains("not ready: the disk is full"))
    }

    @Test(
        "name addresses that a person on this machine can open",
        arguments: [
            ("127.0.0.1", "http://localhost:1"), ("0.0.0.0", "http://localhost:1"), ("::1", "http://[::1]:1"),
            ("10.0.0.7", "http://10.0.0.7:1"), ("example.org", "http://example.org:1"),
        ])
    func urls(host: String, url: String) {
        #expect(ServerAddresses(host: host, grpcPort: 1, httpPort: 2, metricsPort: 3).grpcURL == url)
    }
}
