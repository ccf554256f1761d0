internal import AetherRuntime

extension WorkflowContext {
    /// Ends this run, and goes on under its id as a new one with another input and an empty journal: for loops without an end,
    /// whose journals would grow without one.
    ///
    /// ```swift
    /// let meter = client.workflow("meter") { (context, state: Meter) in
    ///     var state = state
    ///     for _ in 0..<1000 {
    ///         state.total += try await context.signal("reading", as: Int.self)
    ///     }
    ///     try context.continueAsNew(state)
    /// }
    /// ```
    ///
    /// Nobody else sees the seam: whoever waits for the result waits for that of the last run, signals that were not taken go
    /// on with the new one, and so does a request to cancel. Its journal does not: the history then begins with the new run,
    /// which knows how many came before (``WorkflowInfo/continuedCount``). Activities and children under way are dealt with as
    /// at the end of a workflow; compensations are not run, and are forgotten.
    ///
    /// It works by throwing: let what it throws through.
    ///
    /// - Parameter input: the new run's input; of the type that the workflow takes.
    /// - Throws: always; `EncodingError` or ``NonRetryableError`` when the input can't be encoded, is too large, or inside a step.
    public func continueAsNew(_ input: some Encodable & Sendable) throws -> Never {
        try run.refuseInsideSteps("continuing as new")
        throw ContinuedAsNew(
            input: try run.reporter.check(try ValueCoding.encode(input), of: "the input of the next run"))
    }

    /// How many entries of its journal the run has seen: a measure for when to ``continueAsNew(_:)``.
    ///
    /// The same on every replay. A worker that gets the run anew reads as many.
    public var historyLength: Int { run.historyLength }
}
