internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation

/// Makes the rows of `aether workflow history` from entries in their order. What an entry leaves to an earlier one, such
/// as which child it is that ended, it remembers.
struct HistoryRows {
    static let headings = ["#", "TIME", "AFTER", "WHAT", "DETAILS"]

    /// The reader's time zone.
    private let zone: TimeZone
    private var previous: Int64?
    /// The children that have not ended, by key.
    private var children: [String: String] = [:]
    /// When the timers that have not fired began, by key.
    private var timers: [String: Int64] = [:]

    init(in zone: TimeZone) {
        self.zone = zone
    }

    /// - Returns: A cell for each of ``headings``.
    mutating func row(of entry: Aether_V1_JournalEntry) -> [Cell] {
        defer { previous = entry.time }
        let after = previous.map { "+" + ElapsedTime(milliseconds: max(0, entry.time - $0)).span }
        return [
            Cell(String(entry.sequence)), Cell(Instant(wire: entry.time)?.time(in: zone) ?? ""), Cell(after ?? ""),
            what(entry), Cell(details(entry)),
        ]
    }

    private func what(_ entry: Aether_V1_JournalEntry) -> Cell {
        switch entry.kind {
        case .closed: Cell("workflow \(entry.state.name.lowercased())", style: entry.state.cell.style)
        case .childClosed: Cell("child \(entry.state.name.lowercased())", style: entry.state.cell.style)
        case .released: Cell("worker lost it", style: .warning)
        case .timerFired where entry.operation.kind == "signal": Cell("signal timed out", style: .warning)
        default: entry.kind.cell
        }
    }

    private mutating func details(_ entry: Aether_V1_JournalEntry) -> String {
        switch entry.kind {
        case .started:
            "\(entry.workflowType) ← \(entry.value)" + (entry.parentID.isEmpty ? "" : ", child of \(entry.parentID)")
                + (entry.continuedCount == 0 ? "" : ", run \(entry.continuedCount + 1) of its id")
        case .assigned: "\(entry.workerID) (attempt \(entry.epoch))"
        case .released: "attempt \(entry.epoch): \(entry.reason.text)"
        case .blocked: "attempt \(entry.epoch): \(Blockage(entry.blockage))"
        case .closed: entry.outcome
        case .timerStarted, .timerFired: timer(entry)
        case .childStarted, .childClosed: child(entry)
        case .signalReceived: "\(entry.name) ← \(entry.value)"
        case .signalAwaited: entry.name + (entry.dueTime == 0 ? ", for ever" : ", until \(instant(entry))")
        case .signalConsumed: "\(entry.operation.name) (received as #\(entry.signalSequence))"
        case .valueSet: "\(entry.name) = \(entry.value)"
        case .versionSet: "\(entry.name), version \(entry.version)"
        case .cancelRequested, .terminated: ""
        case .operationCancelled: "\(entry.operation.kind) \(entry.operation.name)"
        default: work(entry)
        }
    }

    /// What a step's or an activity's entry says.
    private func work(_ entry: Aether_V1_JournalEntry) -> String {
        let name = entry.operation.name
        let attempt = "\(name), attempt \(entry.attempt)"
        return switch entry.kind {
        case .stepCompleted: "\(name) → \(entry.value)"
        case .stepFailed: "\(name): \(entry.cause)"
        case .activityScheduled: "\(entry.name) ← \(entry.value)"
        case .activityStarted: "\(attempt), on \(entry.workerID)"
        case .activityCompleted: "\(attempt) → \(entry.value)"
        case .activityFailed: "\(attempt): \(entry.cause)"
        case .stepAttemptFailed, .activityAttemptFailed: "\(attempt): \(entry.cause); again at \(instant(entry))"
        default: entry.key
        }
    }

    private mutating func timer(_ entry: Aether_V1_JournalEntry) -> String {
        if entry.kind == .timerStarted {
            timers[entry.key] = entry.time
            return "until \(instant(entry))"
        }
        if entry.operation.kind == "signal" { return entry.operation.name }
        guard let start = timers.removeValue(forKey: entry.key) else { return "" }
        return "after \(ElapsedTime(milliseconds: max(0, entry.time - start)).span)"
    }

    private mutating func child(_ entry: Aether_V1_JournalEntry) -> String {
        if entry.kind == .childStarted {
            let child = "\(entry.workflowType) \(entry.childID)"
            children[entry.key] = child
            return "\(child) ← \(entry.value)"
        }
        let child = children.removeValue(forKey: entry.key) ?? entry.operation.name
        return entry.outcome.isEmpty ? child : "\(child) \(entry.outcome)"
    }

    /// When an entry says that something is due.
    private func instant(_ entry: Aether_V1_JournalEntry) -> String {
        let (span, isFar) = entry.dueTime.subtractingReportingOverflow(entry.time)
        let due = Instant(wire: entry.dueTime)?.dateAndTime(in: zone) ?? "once"
        return isFar ? due : "\(due) (in \(ElapsedTime(milliseconds: max(0, span)).span))"
    }
}

extension Aether_V1_JournalEntry {
    fileprivate var operation: OperationKey { OperationKey(rawValue: key) }

    fileprivate var value: String { JSONValue(payload: payload).text }

    /// Why it failed, without the step that the failure names: the row does.
    fileprivate var cause: String {
        var failure = Failure(failure)
        failure.step = ""
        return failure.description
    }

    fileprivate var outcome: String {
        switch state {
        case .completed: "→ \(value)"
        case .failed: failure.line
        default: ""
        }
    }
}
