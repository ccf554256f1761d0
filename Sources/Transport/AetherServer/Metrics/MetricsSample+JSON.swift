package import AetherJSON
internal import AetherRuntime

extension MetricsSample {
    /// As the HTTP API tells it.
    package var json: JSONValue {
        .object([
            "time": .string(time.iso8601),
            "workflowsStarted": .decimal(workflowsStarted),
            "workflowsClosed": .decimal(workflowsClosed),
            "stepsCompleted": .decimal(stepsCompleted),
            "activitiesCompleted": .decimal(activitiesCompleted),
            "entries": .decimal(entries),
            "commits": .decimal(commits),
            "workflowSeconds": workflowSeconds.json,
            "queueSeconds": queueSeconds.json,
            "commitSeconds": commitSeconds.json,
            "syncSeconds": syncSeconds.json,
            "commitEntries": commitEntries.json,
            "queueDepth": .integer(queueDepth),
            "workers": .integer(workers),
            "capacity": .integer(capacity),
            "held": .integer(held),
            "activeRuns": .integer(activeRuns),
            "pending": .integer(pending),
            "running": .integer(running),
            "memoryBytes": .integer(memoryBytes),
            "cpu": .decimal(cpu),
        ])
    }
}

extension MetricsSample.Percentiles? {
    fileprivate var json: JSONValue {
        guard let self else { return .null }
        return .object(["p50": .decimal(self.p50), "p95": .decimal(self.p95), "p99": .decimal(self.p99)])
    }
}

extension JSONValue {
    /// With no more digits than an estimate has: millionths.
    fileprivate static func decimal(_ value: Double) -> JSONValue {
        let rounded = (value * 1_000_000).rounded() / 1_000_000
        return .number(Int64(exactly: rounded).map { "\($0)" } ?? "\(rounded)")
    }
}
