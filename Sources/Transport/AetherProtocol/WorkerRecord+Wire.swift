package import AetherRuntime
internal import Foundation

extension Aether_V1_Record {
    package init(_ record: WorkerRecord) {
        self.init()
        switch record {
        case .stepCompleted(let key, let result):
            kind = .stepCompleted
            self.key = key.rawValue
            payload = Data(result)
        case .stepFailed(let key, let failure):
            kind = .stepFailed
            self.key = key.rawValue
            self.failure = Aether_V1_Failure(failure)
        case .close(let outcome):
            kind = .closed
            state = Aether_V1_State(outcome.state)
            switch outcome {
            case .completed(let result): payload = Data(result)
            case .failed(let failure): self.failure = Aether_V1_Failure(failure)
            case .cancelled: break
            }
        }
    }
}

extension WorkerRecord {
    /// - Returns: `nil` for a record that no worker may make, or that a newer version knows.
    package init?(_ wire: Aether_V1_Record) {
        switch wire.kind {
        case .stepCompleted where !wire.key.isEmpty:
            self = .stepCompleted(key: OperationKey(rawValue: wire.key), result: Array(wire.payload))
        case .stepFailed where !wire.key.isEmpty:
            self = .stepFailed(key: OperationKey(rawValue: wire.key), failure: Failure(wire.failure))
        case .closed:
            guard let outcome = WorkflowOutcome(wire.state, payload: Array(wire.payload), failure: wire.failure) else {
                return nil
            }
            self = .close(outcome)
        default:
            return nil
        }
    }
}
