internal import AetherJSON
internal import AetherRuntime
internal import Foundation

/// What `aether bench` prints.
struct BenchReport: Sendable {
    var workload: String
    var tier: PersistenceTier
    var sizes: [(name: String, value: Int)]
    var workers: Int
    /// What the workers are, where there is more than one kind.
    var program: BenchProcess.Program?
    /// How many runs the figures are the medians of.
    var runs: Int
    var figures: Figures

    var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init(name: "workload", value: .string(workload)), .init(name: "tier", value: .string(tier.name)),
        ]
        members += sizes.map { .init(name: $0.name, value: .integer($0.value)) }
        if let program { members.append(.init(name: "worker", value: .string(program.name))) }
        members += [.init(name: "workers", value: .integer(workers)), .init(name: "runs", value: .integer(runs))]
        var groups: [(name: String, members: [JSONValue.Member])] = []
        for figure in Figure.allCases {
            if figure.isSpecial, figures[figure] == nil { continue }
            let value = figures[figure].map { JSONValue.number(Self.plain($0)) } ?? .null
            let path = figure.rawValue.split(separator: ".").map(String.init)
            if path.count == 1 {
                groups.append((path[0], []))
                members.append(.init(name: path[0], value: value))
            } else if groups.last?.name == path[0] {
                groups[groups.count - 1].members.append(.init(name: path[1], value: value))
                members[members.count - 1].value = .object(groups[groups.count - 1].members)
            } else {
                groups.append((path[0], [.init(name: path[1], value: value)]))
                members.append(.init(name: path[0], value: .object(groups[groups.count - 1].members)))
            }
        }
        return .object(members)
    }

    func text(terminal: Terminal) -> String {
        let what =
            sizes.map { "\(Self.readable(Double($0.value))) \($0.name)" } + [
                "tier \(tier.name)", workers == 1 ? "1 worker" : "\(workers) workers",
            ] + (program.map { ["worker: \($0.name)"] } ?? [])
        var title = "\(workload): \(what.joined(separator: ", "))"
        if runs > 1 { title += ", medians of \(runs) runs" }
        var fields = Fields()
        func add(_ name: String, _ parts: [(figure: Figure, unit: String)]) {
            let known = parts.compactMap { part in figures[part.figure].map { "\(Self.readable($0)) \(part.unit)" } }
            if !known.isEmpty { fields.add(name, Cell(known.joined(separator: "   "))) }
        }
        add("throughput", [(.stepsPerSecond, "steps/s"), (.workflowsPerSecond, "workflows/s"), (.seconds, "s")])
        add(
            "latency, ms",
            [(.latencyP50, "p50"), (.latencyP95, "p95"), (.latencyP99, "p99"), (.latencyMaximum, "max")])
        add("CPU µs a step", [(.serverCPU, "server"), (.workerCPU, "worker"), (.clientCPU, "client")])
        add("written", [(.commits, "commits"), (.bytesPerStep, "bytes a step")])
        add("peak memory, MiB", [(.serverPeakMemory, "server"), (.workerPeakMemory, "worker")])
        add("recovery, s", [(.firstProgress, "first progress"), (.allResumed, "all")])
        add("server at rest", [(.serverCPUPercent, "% CPU"), (.serverMemory, "MiB")])
        return Style.heading.applied(to: title, on: terminal) + "\n" + fields.text(terminal: terminal)
    }

    /// Digits that mean something: three, or all before the point.
    private static func plain(_ value: Double) -> String {
        let digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3
        return String(format: "%.\(digits)f", value)
    }

    private static func readable(_ value: Double) -> String {
        guard value >= 1000 else { return value == value.rounded() ? String(Int(value)) : plain(value) }
        let digits = plain(value)
        var text = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }
}

extension BenchProcess.Program {
    fileprivate var name: String {
        switch self {
        case .itself: "swift"
        case .command(let command): command
        }
    }
}
