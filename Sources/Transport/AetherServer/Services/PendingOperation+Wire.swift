internal import AetherProtocol
internal import AetherRuntime
internal import SwiftProtobuf

extension Aether_V1_PendingOperation {
    init(_ key: OperationKey, _ operation: PendingOperation) {
        self.init()
        self.key = key.rawValue
        name = key.name
        switch operation.kind {
        case .timer(let fireAt):
            kind = .timerStarted
            dueTime = fireAt.rawValue
        case .child(let child):
            kind = .childStarted
            name = child.type
            childID = child.id.rawValue
        case .activity(let activity):
            kind = .activityScheduled
            name = activity.spec.name
            add(activity)
        case .signal(let name, let deadline):
            kind = .signalAwaited
            self.name = name
            dueTime = deadline?.rawValue ?? 0
        case .step(let attempt, let failure, let retryAt):
            kind = .stepAttemptFailed
            self.attempt = attempt + 1
            dueTime = retryAt.rawValue
            self.failure = Aether_V1_Failure(failure)
        }
    }

    private mutating func add(_ activity: ActivityProgress) {
        switch activity.phase {
        case .running(let worker, _):
            attempt = activity.attempt
            workerID = worker
        case .waiting(let from):
            attempt = activity.attempt + 1
            if activity.attempt > 0 { dueTime = from.rawValue }
        }
        if let last = activity.lastFailure { failure = Aether_V1_Failure(last) }
    }
}
