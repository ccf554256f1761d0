import AetherRuntime
import AetherStorage
import Testing

@testable import AetherServer

@Suite("HTTP pages")
struct PageTests {
    private let snapshot = ServerSnapshot(
        counts: WorkflowCounts([.pending: 1, .running: 2, .completed: 30, .failed: 4]), activeRuns: 3,
        connectedWorkers: 5,
        commits: 6, entriesCommitted: 70, expired: 8, notReadyReason: nil)

    @Test("of metrics are Prometheus' text format")
    func metrics() {
        let lines = PrometheusText(snapshot).text.split(separator: "\n")
        #expect(lines.contains("# TYPE aether_workflows gauge"))
        #expect(lines.contains("aether_workflows{state=\"running\"} 2"))
        #expect(lines.contains("aether_workflows{state=\"cancelled\"} 0"))
        #expect(lines.contains("aether_workflows_in_memory 3"))
        #expect(lines.contains("aether_workers_connected 5"))
        #expect(lines.contains("aether_commits_total 6"))
        #expect(lines.contains("aether_journal_entries_total 70"))
        #expect(lines.contains("aether_workflows_expired_total 8"))
        #expect(lines.contains("aether_ready 1"))
        #expect(PrometheusText(snapshot).text.hasSuffix("\n"))
        for line in lines where line.hasPrefix("# HELP") {
            #expect(line.hasSuffix("."), "\(line)")
        }
    }

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
