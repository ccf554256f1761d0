internal import AetherRuntime
internal import FoundationEssentials

extension Failure {
    /// What is recorded of an error that user code threw.
    init(describing error: any Error) {
        switch error {
        case let step as StepFailed:
            self.init(message: step.message, type: step.type, step: step.step)
        case let activity as ActivityFailed:
            self.init(message: activity.message, type: activity.type, step: activity.activity)
        default:
            self.init(
                message: (error as? any LocalizedError)?.errorDescription ?? "\(error)",
                type: "\(Swift.type(of: error))",
                isNonRetryable: error is NonRetryableError
            )
        }
    }
}
