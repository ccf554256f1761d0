internal import AetherRuntime
internal import AetherStorage

/// Metrics in Prometheus' text format, version 0.0.4.
///
/// Every name and unit of a metric of this server is in this file. No label has an unbounded set of values.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var text = ""

    init(_ snapshot: ServerSnapshot) {
        family("aether_workflows", .gauge, "Workflows in the database, by state.")
        for state in WorkflowState.allCases {
            sample("aether_workflows", snapshot.counts[state], labels: [("state", state.name.lowercased())])
        }
        family(
            "aether_workflows_in_memory", .gauge,
            "Workflows in memory: all that are open, but for those that only wait.")
        sample("aether_workflows_in_memory", snapshot.activeRuns)
        family("aether_workers_connected", .gauge, "Workers with an open task stream.")
        sample("aether_workers_connected", snapshot.connectedWorkers)
        family("aether_commits_total", .counter, "Database commits since the server started.")
        sample("aether_commits_total", snapshot.commits)
        family("aether_journal_entries_total", .counter, "Journal entries committed since the server started.")
        sample("aether_journal_entries_total", snapshot.entriesCommitted)
        family(
            "aether_workflows_expired_total", .counter,
            "Ended workflows deleted because they were kept no longer, since the server started.")
        sample("aether_workflows_expired_total", snapshot.expired)
        family("aether_ready", .gauge, "1 while the server takes work, 0 while it drains or can't write.")
        sample("aether_ready", snapshot.isReady ? 1 : 0)
        family("aether_build_info", .gauge, "Always 1; the version is a label.")
        sample("aether_build_info", 1, labels: [("version", AetherVersion.current)])
    }

    private enum Kind: String {
        case counter
        case gauge
    }

    private mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private mutating func sample(_ name: String, _ value: some BinaryInteger, labels: [(String, String)] = []) {
        let pairs = labels.map { label, value in "\(label)=\"\(value)\"" }.joined(separator: ",")
        text += pairs.isEmpty ? "\(name) \(value)\n" : "\(name){\(pairs)} \(value)\n"
    }
}
