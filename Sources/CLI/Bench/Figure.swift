/// What a benchmark measures. The raw value is the figure's place in the JSON document.
enum Figure: String, CaseIterable {
    case seconds
    case stepsPerSecond = "steps_per_second"
    case workflowsPerSecond = "workflows_per_second"
    case latencyP50 = "latency_ms.p50"
    case latencyP95 = "latency_ms.p95"
    case latencyP99 = "latency_ms.p99"
    case latencyMaximum = "latency_ms.max"
    case serverCPU = "cpu_us_per_step.server"
    case workerCPU = "cpu_us_per_step.worker"
    case clientCPU = "cpu_us_per_step.client"
    case commits
    case bytesPerStep = "bytes_per_step"
    case serverPeakMemory = "peak_memory_mb.server"
    case workerPeakMemory = "peak_memory_mb.worker"
    case serverMemory = "server_memory_mb"
    case serverCPUPercent = "server_cpu_percent"
    case firstProgress = "first_progress_seconds"
    case allResumed = "all_resumed_seconds"

    /// Whether only some workloads have it; every document has the others, `null` when they are not known.
    var isSpecial: Bool {
        switch self {
        case .serverMemory, .serverCPUPercent, .firstProgress, .allResumed: true
        default: false
        }
    }
}

/// Figures of one run, or the medians of several.
typealias Figures = [Figure: Double]

extension Figures {
    /// The median of each figure; with an even number of runs the mean of the two in the middle.
    static func medians(_ runs: [Figures]) -> Figures {
        var medians: Figures = [:]
        for figure in Figure.allCases {
            let values = runs.compactMap { $0[figure] }.sorted()
            guard !values.isEmpty else { continue }
            medians[figure] = (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
        }
        return medians
    }
}
