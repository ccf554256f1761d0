internal import AetherRuntime
internal import Foundation

/// One line of a history as JSON. What a replay has no use for is not read.
struct HistoryLine {
    private let number: Int
    private let members: [String: Any]

    init(_ text: Substring, number: Int) throws(HistoryUnreadable) {
        guard let members = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] else {
            throw HistoryUnreadable(line: number, reason: "it is no JSON object")
        }
        self.number = number
        self.members = members
    }

    func entry() throws(HistoryUnreadable) -> JournalEntry {
        JournalEntry(
            sequence: try unsigned("sequence"), time: try instant("time"), event: try event(try text("kind")),
            early: try early())
    }

    private func early() throws(HistoryUnreadable) -> EarlyResolution? {
        guard members["resolvedBehind"] != nil else { return nil }
        return EarlyResolution(behind: try unsigned("resolvedBehind"), time: try instant("resolvedAt"))
    }

    private func event(_ kind: String) throws(HistoryUnreadable) -> JournalEvent {
        switch kind {
        case "STARTED": .started(try start())
        case "ASSIGNED":
            .assigned(worker: WorkerIdentity(id: try text("worker"), isPlain: false), epoch: try unsigned("attempt"))
        case "RELEASED", "BLOCKED": .released(epoch: try unsigned("attempt"), reason: .returned)
        case "STEP_COMPLETED": .stepCompleted(key: try key(), result: try value("result"))
        case "STEP_FAILED": .stepFailed(key: try key(), failure: try failure())
        case "STEP_ATTEMPT_FAILED":
            .stepAttemptFailed(
                key: try key(), attempt: try attempt(), failure: try failure(), retryAt: try instant("retryAt"))
        case "TIMER_STARTED": .timerStarted(key: try key(), fireAt: try instant("dueAt"))
        case "TIMER_FIRED": .timerFired(key: try key())
        case "CHILD_STARTED":
            .childStarted(
                key: try key(),
                ChildStart(
                    id: WorkflowID(rawValue: try text("child")), type: try text("type"), input: try value("input")))
        case "CHILD_CLOSED": .childClosed(key: try key(), try outcome())
        case "ACTIVITY_SCHEDULED":
            .activityScheduled(key: try key(), ActivitySpec(name: try text("activity"), input: try value("input")))
        case "ACTIVITY_STARTED":
            .activityStarted(key: try key(), attempt: try attempt(), worker: try text("worker"))
        case "ACTIVITY_ATTEMPT_FAILED":
            .activityAttemptFailed(
                key: try key(), attempt: try attempt(), failure: try failure(), details: [],
                retryAt: try instant("retryAt"))
        case "ACTIVITY_COMPLETED":
            .activityCompleted(key: try key(), attempt: try attempt(), result: try value("result"))
        case "ACTIVITY_FAILED": .activityFailed(key: try key(), attempt: try attempt(), failure: try failure())
        case "SIGNAL_RECEIVED":
            .signalReceived(
                Signal(id: try text("signalId"), name: try text("signal"), payload: try value("payload")))
        case "SIGNAL_AWAITED": .signalAwaited(key: try key(), name: try text("signal"), deadline: nil)
        case "SIGNAL_CONSUMED": .signalConsumed(key: try key(), signal: try unsigned("signalSequence"))
        case "VALUE_SET": .valueSet(key: try key(), name: try text("valueName"), value: try value("value"))
        case "VERSION_SET":
            .versionSet(
                key: try key(), change: try text("change"), version: UInt32(clamping: try unsigned("version")))
        case "CANCEL_REQUESTED": .cancelRequested
        case "OPERATION_CANCELLED": .operationCancelled(key: try key())
        case "TERMINATED": .terminated
        case "CLOSED": .closed(try outcome())
        default: throw unreadable("this version does not know the kind \"\(kind)\"")
        }
    }

    private func start() throws(HistoryUnreadable) -> WorkflowStart {
        guard let seed = UInt64(try text("seed")) else { throw unreadable("its seed is no number") }
        var start = WorkflowStart(
            type: try text("type"), input: try value("input"), tier: .stateActionLog, seed: seed)
        if members["continuedCount"] != nil {
            start.continuation = WorkflowStart.Continuation(
                count: try unsigned("continuedCount"), epoch: try unsigned("attempts"),
                firstInput: try value("firstInput"))
        }
        return start
    }

    private func outcome() throws(HistoryUnreadable) -> WorkflowOutcome {
        switch try text("state") {
        case "COMPLETED": .completed(try value("result"))
        case "FAILED": .failed(try failure())
        default: .cancelled
        }
    }

    private func failure() throws(HistoryUnreadable) -> Failure {
        guard let failure = members["failure"] as? [String: Any] else { throw unreadable("it has no failure") }
        return Failure(
            message: failure["message"] as? String ?? "", type: failure["type"] as? String ?? "",
            step: failure["step"] as? String ?? "", isNonRetryable: failure["nonRetryable"] as? Bool ?? false)
    }

    // MARK: Members

    private func key() throws(HistoryUnreadable) -> OperationKey { OperationKey(rawValue: try text("key")) }

    private func attempt() throws(HistoryUnreadable) -> UInt32 { UInt32(clamping: try unsigned("attempt")) }

    private func text(_ name: String) throws(HistoryUnreadable) -> String {
        guard let text = members[name] as? String else { throw unreadable("it has no text \"\(name)\"") }
        return text
    }

    private func unsigned(_ name: String) throws(HistoryUnreadable) -> UInt64 {
        guard let number = members[name] as? NSNumber else { throw unreadable("it has no number \"\(name)\"") }
        return number.uint64Value
    }

    private func instant(_ name: String) throws(HistoryUnreadable) -> Timestamp {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = try? format.parse(try text(name)) else { throw unreadable("its \"\(name)\" is no instant") }
        return Timestamp(millisecondsSinceEpoch: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }

    /// A value as canonical JSON.
    private func value(_ name: String) throws(HistoryUnreadable) -> [UInt8] {
        guard let value = members[name], let bytes = Self.bytes(value) else {
            throw unreadable("it has no value \"\(name)\"")
        }
        return bytes
    }

    /// The form in which values are compared: as they are read from a history.
    static func canonical(_ value: [UInt8]) -> [UInt8] {
        let read = try? JSONSerialization.jsonObject(with: Data(value), options: .fragmentsAllowed)
        return read.flatMap(bytes) ?? value
    }

    private static func bytes(_ value: Any) -> [UInt8]? {
        let options: JSONSerialization.WritingOptions = [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes]
        return (try? JSONSerialization.data(withJSONObject: value, options: options)).map(Array.init)
    }

    private func unreadable(_ reason: String) -> HistoryUnreadable {
        HistoryUnreadable(line: number, reason: reason)
    }
}
