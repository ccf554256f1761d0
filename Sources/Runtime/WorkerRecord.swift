/// One thing a worker reports about a run: each becomes one journal entry.
package enum WorkerRecord: Sendable, Hashable {
    case stepCompleted(key: OperationKey, result: [UInt8])
    case stepFailed(key: OperationKey, failure: Failure)
    /// The function ended.
    case close(WorkflowOutcome)

    var key: OperationKey? {
        switch self {
        case .stepCompleted(let key, _), .stepFailed(let key, _): key
        case .close: nil
        }
    }

    /// The size of the value it carries, in bytes.
    package var payloadSize: Int {
        switch self {
        case .stepCompleted(_, let result), .close(.completed(let result)): result.count
        case .stepFailed(_, let failure), .close(.failed(let failure)): failure.message.utf8.count
        case .close(.cancelled): 0
        }
    }

    var event: JournalEvent {
        switch self {
        case .stepCompleted(let key, let result): .stepCompleted(key: key, result: result)
        case .stepFailed(let key, let failure): .stepFailed(key: key, failure: failure)
        case .close(let outcome): .closed(outcome)
        }
    }
}
