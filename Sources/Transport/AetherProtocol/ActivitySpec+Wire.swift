package import AetherRuntime

extension Aether_V1_ActivityOptions {
    package init(_ spec: ActivitySpec) {
        self.init()
        service = spec.service
        startToCloseMilliseconds = spec.startToCloseMilliseconds
        scheduleToCloseMilliseconds = spec.scheduleToCloseMilliseconds
        heartbeatMilliseconds = spec.heartbeatMilliseconds
        cancellation =
            Aether_V1_ActivityCancellation(rawValue: Int(spec.cancellation.rawValue)) ?? .try
        retry.initialMilliseconds = spec.retry.initialMilliseconds
        retry.factor = spec.retry.factor
        retry.maximumMilliseconds = spec.retry.maximumMilliseconds
        retry.attempts = spec.retry.attempts
        retry.jitter = spec.retry.jitter
        retry.nonRetryableTypes = spec.retry.nonRetryableTypes
    }
}

extension ActivitySpec {
    /// - Returns: `nil` for options that a newer version knows.
    package init?(name: String, input: [UInt8], _ wire: Aether_V1_ActivityOptions) {
        guard
            let cancellation = UInt8(exactly: wire.cancellation.rawValue).flatMap(ActivityCancellation.init(rawValue:))
        else { return nil }
        self.init(
            name: name,
            service: wire.service,
            input: input,
            retry: RetryPolicy(
                initialMilliseconds: wire.retry.initialMilliseconds, factor: wire.retry.factor,
                maximumMilliseconds: wire.retry.maximumMilliseconds, attempts: wire.retry.attempts,
                jitter: wire.retry.jitter, nonRetryableTypes: wire.retry.nonRetryableTypes),
            startToCloseMilliseconds: wire.startToCloseMilliseconds,
            scheduleToCloseMilliseconds: wire.scheduleToCloseMilliseconds,
            heartbeatMilliseconds: wire.heartbeatMilliseconds,
            cancellation: cancellation
        )
    }
}

extension ParentClosePolicy {
    /// - Returns: `nil` for a value that a newer version added.
    package init?(_ wire: Aether_V1_ParentClosePolicy) {
        guard let raw = UInt8(exactly: wire.rawValue) else { return nil }
        self.init(rawValue: raw)
    }
}

extension Aether_V1_ParentClosePolicy {
    package init(_ policy: ParentClosePolicy) {
        self =
            switch policy {
            case .cancel: .parentCloseCancel
            case .abandon: .parentCloseAbandon
            case .wait: .parentCloseWait
            }
    }
}
