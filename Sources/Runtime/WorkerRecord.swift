/// One thing a worker reports about a run: each becomes one journal entry.
package enum WorkerRecord: Sendable, Hashable {
    case stepCompleted(key: OperationKey, result: [UInt8])
    /// A step completed, and the run went on with that before it was reported.
    indirect case stepResolved(key: OperationKey, result: [UInt8], EarlyResolution)
    indirect case stepFailed(key: OperationKey, failure: Failure)
    /// An attempt at a step failed, and there will be another after a delay.
    indirect case stepAttemptFailed(key: OperationKey, attempt: UInt32, failure: Failure, delayMilliseconds: Int64)
    case startTimer(key: OperationKey, TimerDue)
    indirect case startChild(key: OperationKey, ChildStart)
    indirect case scheduleActivity(key: OperationKey, ActivitySpec)
    /// Waits for a signal; `nil` waits for ever.
    indirect case awaitSignal(key: OperationKey, name: String, timeoutMilliseconds: Int64?)
    case setValue(key: OperationKey, name: String, value: [UInt8])
    case setVersion(key: OperationKey, change: String, version: UInt32)
    /// The branch that waited for the operation was cancelled.
    case cancelOperation(key: OperationKey)
    /// The function goes on as a new run of this input, with an empty journal.
    case continueAsNew(input: [UInt8])
    /// The function ended.
    case close(WorkflowOutcome)

    package var key: OperationKey? {
        switch self {
        case .stepCompleted(let key, _), .stepResolved(let key, _, _), .stepFailed(let key, _),
            .stepAttemptFailed(let key, _, _, _), .startTimer(let key, _), .startChild(let key, _),
            .scheduleActivity(let key, _), .awaitSignal(let key, _, _), .setValue(let key, _, _),
            .setVersion(let key, _, _),
            .cancelOperation(let key):
            key
        case .continueAsNew, .close:
            nil
        }
    }

    var early: EarlyResolution? {
        if case .stepResolved(_, _, let early) = self { early } else { nil }
    }

    /// The size of the value it carries, in bytes.
    package var payloadSize: Int {
        switch self {
        case .stepCompleted(_, let result), .stepResolved(_, let result, _), .close(.completed(let result)):
            result.count
        case .stepFailed(_, let failure), .close(.failed(let failure)), .stepAttemptFailed(_, _, let failure, _):
            failure.message.utf8.count
        case .startChild(_, let child): child.input.count
        case .scheduleActivity(_, let activity): activity.input.count
        case .setValue(_, _, let value): value.count
        case .continueAsNew(let input): input.count
        case .startTimer, .awaitSignal, .setVersion, .cancelOperation, .close(.cancelled): 0
        }
    }

    /// The entry's event, for an entry of a certain time; `nil` where the journal makes way for another one.
    package func event(at now: Timestamp) -> JournalEvent? {
        switch self {
        case .stepCompleted(let key, let result), .stepResolved(let key, let result, _):
            .stepCompleted(key: key, result: result)
        case .stepFailed(let key, let failure): .stepFailed(key: key, failure: failure)
        case .stepAttemptFailed(let key, let attempt, let failure, let delay):
            .stepAttemptFailed(key: key, attempt: attempt, failure: failure, retryAt: now.advanced(by: delay))
        case .startTimer(let key, .after(let milliseconds)):
            .timerStarted(key: key, fireAt: now.advanced(by: milliseconds))
        case .startTimer(let key, .at(let instant)): .timerStarted(key: key, fireAt: instant)
        case .startChild(let key, let child): .childStarted(key: key, child)
        case .scheduleActivity(let key, let activity): .activityScheduled(key: key, activity)
        case .awaitSignal(let key, let name, let timeout):
            .signalAwaited(key: key, name: name, deadline: timeout.map { now.advanced(by: $0) })
        case .setValue(let key, let name, let value): .valueSet(key: key, name: name, value: value)
        case .setVersion(let key, let change, let version):
            .versionSet(key: key, change: change, version: version)
        case .cancelOperation(let key): .operationCancelled(key: key)
        case .continueAsNew: nil
        case .close(let outcome): .closed(outcome)
        }
    }
}
