extension WorkflowContext {
    /// Waits for a signal of a name, and takes it.
    ///
    /// Signals of a name are taken once each, in the order in which the server received them; those that came before
    /// anyone waited are kept. Of several waits for one name, the one called first gets the first.
    ///
    /// - Parameters:
    ///   - name: what it was sent under.
    ///   - type: what its payload is.
    ///   - timeout: how long to wait, rounded up to milliseconds; by default for ever.
    /// - Returns: the payload.
    /// - Throws: ``SignalTimeout``; `CancellationError` when the run, or the branch that waits, is cancelled; a decoding
    ///   error when the payload is of another type.
    public func signal<Payload: Codable & Sendable>(
        _ name: String, as type: Payload.Type, timeout: Duration? = nil
    ) async throws -> Payload {
        try ValueCoding.decode(Payload.self, from: try await run.signal(name, timeout: timeout))
    }

    /// Waits for a signal of a name, whatever its payload, and takes it. See the other form.
    ///
    /// - Parameters:
    ///   - name: what it was sent under.
    ///   - timeout: how long to wait; by default for ever.
    /// - Throws: ``SignalTimeout``; `CancellationError` when the run, or the branch that waits, is cancelled.
    public func signal(_ name: String, timeout: Duration? = nil) async throws {
        _ = try await run.signal(name, timeout: timeout)
    }

    /// Says something of the run under a name, for everyone to read with ``WorkflowHandle/value(_:as:)``.
    ///
    /// When it returns, the value is durable at the run's tier. It takes the place of the last one of its name, and
    /// outlives the run.
    ///
    /// - Parameters:
    ///   - name: what to read it by.
    ///   - value: what to say.
    /// - Throws: `CancellationError` when the run, or the branch that calls, is cancelled; an encoding error.
    public func set(_ name: String, _ value: some Encodable & Sendable) async throws {
        try await run.set(name, try ValueCoding.encode(value))
    }
}
