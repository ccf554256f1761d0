package import AetherRuntime

extension Aether_V1_Failure {
    package init(_ failure: Failure) {
        self.init()
        message = failure.message
        type = failure.type
        step = failure.step
        nonRetryable = failure.isNonRetryable
    }
}

extension Failure {
    package init(_ wire: Aether_V1_Failure) {
        self.init(message: wire.message, type: wire.type, step: wire.step, isNonRetryable: wire.nonRetryable)
    }
}
