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
        case .stepAttemptFailed(let key, let attempt, let failure, let delay):
            kind = .stepAttemptFailed
            self.key = key.rawValue
            self.attempt = attempt
            self.failure = Aether_V1_Failure(failure)
            delayMilliseconds = delay
        case .startTimer(let key, let due):
            kind = .timerStarted
            self.key = key.rawValue
            switch due {
            case .after(let milliseconds): delayMilliseconds = milliseconds
            case .at(let instant): dueTime = instant.rawValue
            }
        case .startChild(let key, let child):
            kind = .childStarted
            self.key = key.rawValue
            childID = child.id.rawValue
            workflowType = child.type
            payload = Data(child.input)
            tier = Aether_V1_Tier(child.tier)
            closePolicy = Aether_V1_ParentClosePolicy(rawValue: Int(child.closePolicy.rawValue)) ?? .parentCloseCancel
        case .scheduleActivity(let key, let spec):
            kind = .activityScheduled
            self.key = key.rawValue
            name = spec.name
            payload = Data(spec.input)
            activity = Aether_V1_ActivityOptions(spec)
        case .awaitSignal(let key, let name, let timeout):
            kind = .signalAwaited
            self.key = key.rawValue
            self.name = name
            if let timeout { delayMilliseconds = timeout }
        case .setValue(let key, let name, let value):
            kind = .valueSet
            self.key = key.rawValue
            self.name = name
            payload = Data(value)
        case .setVersion(let key, let change, let version):
            kind = .versionSet
            self.key = key.rawValue
            name = change
            self.version = version
        case .continueAsNew(let input):
            kind = .started
            payload = Data(input)
        case .cancelOperation(let key):
            kind = .operationCancelled
            self.key = key.rawValue
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
        case .stepAttemptFailed where !wire.key.isEmpty:
            self = .stepAttemptFailed(
                key: OperationKey(rawValue: wire.key), attempt: wire.attempt, failure: Failure(wire.failure),
                delayMilliseconds: wire.delayMilliseconds)
        case .timerStarted where !wire.key.isEmpty:
            let due: TimerDue =
                wire.hasDelayMilliseconds
                ? .after(milliseconds: wire.delayMilliseconds) : .at(Timestamp(rawValue: wire.dueTime))
            self = .startTimer(key: OperationKey(rawValue: wire.key), due)
        case .childStarted where !wire.key.isEmpty:
            guard let id = WorkflowID(validating: wire.childID), let policy = ParentClosePolicy(wire.closePolicy) else {
                return nil
            }
            let child = ChildStart(
                id: id, type: wire.workflowType, input: Array(wire.payload), tier: PersistenceTier(wire.tier),
                closePolicy: policy)
            self = .startChild(key: OperationKey(rawValue: wire.key), child)
        case .activityScheduled where !wire.key.isEmpty:
            guard let spec = ActivitySpec(name: wire.name, input: Array(wire.payload), wire.activity) else {
                return nil
            }
            self = .scheduleActivity(key: OperationKey(rawValue: wire.key), spec)
        case .signalAwaited where !wire.key.isEmpty:
            self = .awaitSignal(
                key: OperationKey(rawValue: wire.key), name: wire.name,
                timeoutMilliseconds: wire.hasDelayMilliseconds ? wire.delayMilliseconds : nil)
        case .valueSet where !wire.key.isEmpty:
            self = .setValue(key: OperationKey(rawValue: wire.key), name: wire.name, value: Array(wire.payload))
        case .versionSet where !wire.key.isEmpty:
            self = .setVersion(key: OperationKey(rawValue: wire.key), change: wire.name, version: wire.version)
        case .operationCancelled where !wire.key.isEmpty:
            self = .cancelOperation(key: OperationKey(rawValue: wire.key))
        case .started:
            self = .continueAsNew(input: Array(wire.payload))
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
