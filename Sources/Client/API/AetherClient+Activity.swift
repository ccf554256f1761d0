extension AetherClient {
    /// Declares an activity that takes an input and returns a result.
    ///
    /// An attempt that throws, takes too long or whose worker is lost is followed by another, if the retry policy says so;
    /// by default that is for ever, with delays of a second to a minute. ``NonRetryableError`` stops at once.
    ///
    /// - Parameters:
    ///   - name: under which workflows of any language call it, and workers offer it.
    ///   - retry: how often, and after which delays, it is tried again.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - heartbeatTimeout: how long an attempt may go without ``ActivityContext/heartbeat()``; by default any time.
    ///   - scheduleToCloseTimeout: how long all attempts may take together, the delays included; by default any time.
    ///   - service: the service whose workers may do it; by default any worker that offers the name.
    ///   - body: the work.
    /// - Returns: the activity, to be called by workflows, or served with ``serve(_:)``.
    public func activity<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ name: String,
        retry: RetryPolicy = .exponential(),
        timeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        service: String? = nil,
        _ body: @escaping @Sendable (ActivityContext, Input) async throws -> Output
    ) -> Activity<Input, Output> {
        let options = ActivityOptions(
            retry: retry, timeout: timeout, heartbeatTimeout: heartbeatTimeout,
            scheduleToCloseTimeout: scheduleToCloseTimeout, service: service)
        return Activity(name: name, options: options, body: body)
    }

    /// Declares an activity that takes no input.
    ///
    /// - Parameters:
    ///   - name: under which workflows of any language call it, and workers offer it.
    ///   - retry: how often, and after which delays, it is tried again.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - heartbeatTimeout: how long an attempt may go without ``ActivityContext/heartbeat()``; by default any time.
    ///   - scheduleToCloseTimeout: how long all attempts may take together, the delays included; by default any time.
    ///   - service: the service whose workers may do it; by default any worker that offers the name.
    ///   - body: the work.
    /// - Returns: the activity, to be called by workflows, or served with ``serve(_:)``.
    public func activity<Output: Codable & Sendable>(
        _ name: String,
        retry: RetryPolicy = .exponential(),
        timeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        service: String? = nil,
        _ body: @escaping @Sendable (ActivityContext) async throws -> Output
    ) -> Activity<NoValue, Output> {
        let options = ActivityOptions(
            retry: retry, timeout: timeout, heartbeatTimeout: heartbeatTimeout,
            scheduleToCloseTimeout: scheduleToCloseTimeout, service: service)
        return Activity(name: name, options: options) { context, _ in try await body(context) }
    }

    /// Declares an activity that takes an input and returns nothing.
    ///
    /// - Parameters:
    ///   - name: under which workflows of any language call it, and workers offer it.
    ///   - retry: how often, and after which delays, it is tried again.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - heartbeatTimeout: how long an attempt may go without ``ActivityContext/heartbeat()``; by default any time.
    ///   - scheduleToCloseTimeout: how long all attempts may take together, the delays included; by default any time.
    ///   - service: the service whose workers may do it; by default any worker that offers the name.
    ///   - body: the work.
    /// - Returns: the activity, to be called by workflows, or served with ``serve(_:)``.
    @_disfavoredOverload
    public func activity<Input: Codable & Sendable>(
        _ name: String,
        retry: RetryPolicy = .exponential(),
        timeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        service: String? = nil,
        _ body: @escaping @Sendable (ActivityContext, Input) async throws -> Void
    ) -> Activity<Input, NoValue> {
        let options = ActivityOptions(
            retry: retry, timeout: timeout, heartbeatTimeout: heartbeatTimeout,
            scheduleToCloseTimeout: scheduleToCloseTimeout, service: service)
        return Activity(name: name, options: options) { context, input in
            try await body(context, input)
            return NoValue()
        }
    }

    /// Declares an activity that takes no input and returns nothing.
    ///
    /// - Parameters:
    ///   - name: under which workflows of any language call it, and workers offer it.
    ///   - retry: how often, and after which delays, it is tried again.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - heartbeatTimeout: how long an attempt may go without ``ActivityContext/heartbeat()``; by default any time.
    ///   - scheduleToCloseTimeout: how long all attempts may take together, the delays included; by default any time.
    ///   - service: the service whose workers may do it; by default any worker that offers the name.
    ///   - body: the work.
    /// - Returns: the activity, to be called by workflows, or served with ``serve(_:)``.
    @_disfavoredOverload
    public func activity(
        _ name: String,
        retry: RetryPolicy = .exponential(),
        timeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        service: String? = nil,
        _ body: @escaping @Sendable (ActivityContext) async throws -> Void
    ) -> Activity<NoValue, NoValue> {
        let options = ActivityOptions(
            retry: retry, timeout: timeout, heartbeatTimeout: heartbeatTimeout,
            scheduleToCloseTimeout: scheduleToCloseTimeout, service: service)
        return Activity(name: name, options: options) { context, _ in
            try await body(context)
            return NoValue()
        }
    }

    /// Declares an activity that is done elsewhere: by workers of another process or language. It can't be served.
    ///
    /// - Parameters:
    ///   - name: under which workflows of any language call it, and workers offer it.
    ///   - input: the type of its input.
    ///   - output: the type of its result.
    ///   - retry: how often, and after which delays, it is tried again.
    ///   - timeout: how long one attempt may take; by default any time.
    ///   - heartbeatTimeout: how long an attempt may go without ``ActivityContext/heartbeat()``; by default any time.
    ///   - scheduleToCloseTimeout: how long all attempts may take together, the delays included; by default any time.
    ///   - service: the service whose workers may do it; by default any worker that offers the name.
    /// - Returns: the activity, to be called by workflows.
    public func activity<Input: Codable & Sendable, Output: Codable & Sendable>(
        _ name: String,
        input: Input.Type,
        output: Output.Type,
        retry: RetryPolicy = .exponential(),
        timeout: Duration? = nil,
        heartbeatTimeout: Duration? = nil,
        scheduleToCloseTimeout: Duration? = nil,
        service: String? = nil
    ) -> Activity<Input, Output> {
        let options = ActivityOptions(
            retry: retry, timeout: timeout, heartbeatTimeout: heartbeatTimeout,
            scheduleToCloseTimeout: scheduleToCloseTimeout, service: service)
        return Activity(name: name, options: options, body: nil)
    }
}
