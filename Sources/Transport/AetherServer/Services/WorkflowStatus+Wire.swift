internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import Foundation

extension Aether_V1_WorkflowStatus {
    init(_ status: Engine.Status) {
        self.init()
        workflowID = status.summary.id.rawValue
        state = Aether_V1_State(status.state)
        currentStep = status.currentStep
        startedAt = status.summary.startedAt?.rawValue ?? 0
        completedAt = status.summary.completedAt?.rawValue ?? 0
        workflowType = status.summary.type
        tier = Aether_V1_Tier(status.summary.tier)
        createdAt = status.summary.createdAt.rawValue
        workerID = status.worker
        attempt = status.attempt
        reason = status.reason
        cancelRequested = status.isCancelRequested
        pending = status.pending.map { Aether_V1_PendingOperation($0.key, $0.operation) }
        parentID = status.start.parent?.workflow.rawValue ?? ""
        if let blockage = status.blockage { self.blockage = Aether_V1_Blockage(blockage) }
        switch status.outcome {
        case .completed(let bytes):
            result = Data(bytes)
        case .failed(let failure):
            error = failure.description
            self.failure = Aether_V1_Failure(failure)
        case .cancelled:
            error = "the workflow was cancelled"
        case nil:
            break
        }
    }
}

extension Aether_V1_WorkflowResult {
    init(_ outcome: WorkflowOutcome?, _ state: WorkflowState) {
        self.init()
        self.state = Aether_V1_State(state)
        switch outcome {
        case .completed(let bytes):
            result = Data(bytes)
        case .failed(let failure):
            error = failure.description
            self.failure = Aether_V1_Failure(failure)
        case .cancelled:
            error = "the workflow was cancelled"
        case nil:
            break
        }
    }
}
