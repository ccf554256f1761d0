internal import AetherProtocol
internal import AetherRuntime
internal import Foundation

extension Aether_V1_JournalEntry {
    static let headings = ["#", "TIME", "AFTER", "WHAT", "DETAILS"]

    /// The row of `aether workflow history`.
    ///
    /// - Parameters:
    ///   - previous: When the entry before was made; `nil` for the first.
    ///   - zone: The reader's time zone.
    /// - Returns: A cell for each of ``headings``.
    func row(previous: Int64?, in zone: TimeZone) -> [Cell] {
        [
            Cell(String(sequence)),
            Cell(Instant(wire: time)?.time(in: zone) ?? ""),
            Cell(previous.map { "+" + ElapsedTime(milliseconds: max(0, time - $0)).span } ?? ""),
            what, Cell(details),
        ]
    }

    /// One line of `aether workflow history --json`; only what the entry has.
    var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ value: JSONValue) { members.append(.init(name: name, value: value)) }
        add("sequence", .integer(sequence))
        add("kind", .string(kindName))
        add("time", .instant(time))
        if !key.isEmpty {
            add("key", .string(key))
            add("name", .string(OperationKey(rawValue: key).name))
        }
        switch kind {
        case .started:
            add("type", .string(workflowType))
            add("tier", .textOrNull(tier.name))
            add("input", JSONValue(payload: payload))
        case .assigned:
            add("worker", .string(workerID))
            add("attempt", .integer(epoch))
        case .released:
            add("attempt", .integer(epoch))
            add("reason", .string(Self.code(of: reason)))
        case .stepCompleted:
            add("result", JSONValue(payload: payload))
        case .stepFailed:
            add("failure", failure.json)
        case .closed:
            add("state", .string(state.name))
            if state == .completed { add("result", JSONValue(payload: payload)) }
            if state == .failed { add("failure", failure.json) }
        case .signalReceived:
            add("signal", .string(name))
            add("signal_id", .string(signalID))
            add("payload", JSONValue(payload: payload))
        case .valueSet:
            add("value_name", .string(name))
            add("value", JSONValue(payload: payload))
        case .stepAttemptFailed:
            add("attempt", .integer(UInt64(attempt)))
            add("retry_at", .instant(dueTime))
            add("failure", failure.json)
        default:
            break
        }
        return .object(members)
    }

    /// The kind's stable name in JSON, in the wire contract's words.
    private var kindName: String {
        switch kind {
        case .started: "STARTED"
        case .assigned: "ASSIGNED"
        case .released: "RELEASED"
        case .stepCompleted: "STEP_COMPLETED"
        case .stepFailed: "STEP_FAILED"
        case .cancelRequested: "CANCEL_REQUESTED"
        case .closed: "CLOSED"
        case .stepAttemptFailed: "STEP_ATTEMPT_FAILED"
        case .timerStarted: "TIMER_STARTED"
        case .timerFired: "TIMER_FIRED"
        case .childStarted: "CHILD_STARTED"
        case .childClosed: "CHILD_CLOSED"
        case .activityScheduled: "ACTIVITY_SCHEDULED"
        case .activityStarted: "ACTIVITY_STARTED"
        case .activityAttemptFailed: "ACTIVITY_ATTEMPT_FAILED"
        case .activityCompleted: "ACTIVITY_COMPLETED"
        case .activityFailed: "ACTIVITY_FAILED"
        case .signalReceived: "SIGNAL_RECEIVED"
        case .signalAwaited: "SIGNAL_AWAITED"
        case .signalConsumed: "SIGNAL_CONSUMED"
        case .valueSet: "VALUE_SET"
        case .operationCancelled: "OPERATION_CANCELLED"
        case .terminated: "TERMINATED"
        case .unspecified, .UNRECOGNIZED: "KIND_\(kind.rawValue)"
        }
    }

    private var what: Cell {
        switch kind {
        case .started: "workflow started"
        case .assigned: "assigned to worker"
        case .released: Cell("worker lost it", style: .warning)
        case .stepCompleted: "step completed"
        case .stepFailed: Cell("step failed", style: .bad)
        case .cancelRequested: Cell("cancel requested", style: .warning)
        case .closed: Cell("workflow \(state.name.lowercased())", style: state.cell.style)
        case .terminated: Cell("terminated", style: .warning)
        case .unspecified, .UNRECOGNIZED: Cell("entry of kind \(kind.rawValue)", style: .faint)
        default: Cell(EntryKind(rawValue: UInt8(clamping: kind.rawValue))?.title ?? kindName)
        }
    }

    private var details: String {
        switch kind {
        case .started: "\(workflowType) ← \(JSONValue(payload: payload).text)"
        case .assigned: "\(workerID) (attempt \(epoch))"
        case .released: "attempt \(epoch): \(Self.text(of: reason))"
        case .stepCompleted: "\(OperationKey(rawValue: key).name) → \(JSONValue(payload: payload).text)"
        case .stepFailed: "\(OperationKey(rawValue: key).name): \(Failure(failure).description)"
        case .closed where state == .completed: "→ \(JSONValue(payload: payload).text)"
        case .closed where state == .failed: failure.line
        case .signalReceived: "\(name) ← \(JSONValue(payload: payload).text)"
        case .valueSet: "\(name) = \(JSONValue(payload: payload).text)"
        case .stepAttemptFailed: "\(OperationKey(rawValue: key).name), attempt \(attempt): \(failure.message)"
        default: key
        }
    }

    private static func text(of reason: Aether_V1_LeaseEnd) -> String {
        switch reason {
        case .workerGone: "the worker is gone"
        case .notHeld: "the worker came back without it"
        case .returned: "the worker gave it back"
        case .cancelled: "the workflow was cancelled"
        case .evicted: "it only waits, and the worker made room"
        case .terminated: "the workflow was terminated"
        case .unspecified, .UNRECOGNIZED: "for a reason this version doesn't know"
        }
    }

    private static func code(of reason: Aether_V1_LeaseEnd) -> String {
        switch reason {
        case .workerGone: "WORKER_GONE"
        case .notHeld: "NOT_HELD"
        case .returned: "RETURNED"
        case .cancelled: "CANCELLED"
        case .evicted: "EVICTED"
        case .terminated: "TERMINATED"
        case .unspecified, .UNRECOGNIZED: "REASON_\(reason.rawValue)"
        }
    }
}
