extension WorkflowContext {
    /// Runs branches concurrently and waits for all of them.
    ///
    /// Each branch has a scope of its own: the operations of one never meet those of another, whatever their names. When
    /// a branch throws, the others are cancelled and awaited, and its error is thrown; of several, the error of the
    /// branch that threw first, the same on every replay. Past a dozen branches use ``parallel(over:maximumConcurrency:_:)``.
    ///
    /// - Parameter branches: the branches.
    /// - Returns: their values, in the order of the branches.
    /// - Throws: what the first failing branch threw; `CancellationError` when the run was cancelled meanwhile.
    @discardableResult
    public func parallel<Value: Sendable>(_ branches: @Sendable () async throws -> Value...) async throws -> [Value] {
        try await run.parallel(0..<branches.count, maximumConcurrency: branches.count) { try await branches[$0]() }
    }

    /// Runs a branch for each item, concurrently, and waits for all of them.
    ///
    /// As the form with branches; branch 0 is that of the first item. With a limit, a branch begins when an earlier one
    /// has ended.
    ///
    /// - Parameters:
    ///   - items: in the same order on every replay: an array, not a `Set` or a `Dictionary`.
    ///   - maximumConcurrency: how many branches run at once; at least 1, by default all.
    ///   - body: the branch of an item.
    /// - Returns: the branches' values, in the order of the items.
    /// - Throws: what the first failing branch threw; `CancellationError` when the run was cancelled meanwhile.
    @discardableResult
    public func parallel<Items: Sequence, Value: Sendable>(
        over items: Items, maximumConcurrency: Int? = nil,
        _ body: @escaping @Sendable (Items.Element) async throws -> Value
    ) async throws -> [Value] where Items.Element: Sendable {
        try await run.parallel(Array(items), maximumConcurrency: maximumConcurrency ?? .max, body)
    }

    /// Runs branches concurrently and gives the outcomes of all of them: a failing branch cancels none.
    ///
    /// - Parameter branches: the branches.
    /// - Returns: what each branch returned or threw, in the order of the branches.
    /// - Throws: `CancellationError` when the run, or the branch that this is part of, was cancelled meanwhile.
    public func settled<Value: Sendable>(
        _ branches: @Sendable () async throws -> Value...
    ) async throws -> [Result<Value, any Error>] {
        try await run.settled(0..<branches.count, maximumConcurrency: branches.count) { try await branches[$0]() }
    }

    /// Runs a branch for each item, concurrently, and gives the outcomes of all of them: a failing branch cancels none.
    ///
    /// - Parameters:
    ///   - items: in the same order on every replay.
    ///   - maximumConcurrency: how many branches run at once; at least 1, by default all.
    ///   - body: the branch of an item.
    /// - Returns: what each branch returned or threw, in the order of the items.
    /// - Throws: `CancellationError` when the run, or the branch that this is part of, was cancelled meanwhile.
    public func settled<Items: Sequence, Value: Sendable>(
        over items: Items, maximumConcurrency: Int? = nil,
        _ body: @escaping @Sendable (Items.Element) async throws -> Value
    ) async throws -> [Result<Value, any Error>] where Items.Element: Sendable {
        try await run.settled(Array(items), maximumConcurrency: maximumConcurrency ?? .max, body)
    }

    /// Runs branches concurrently until the first of them ends, with a value or an error.
    ///
    /// The others are then cancelled and awaited. Which branch is first is decided by the journal: the same one wins on
    /// every replay.
    ///
    /// - Parameter branches: the branches, at least one.
    /// - Returns: the value of the winner.
    /// - Throws: what the winner threw; `CancellationError` when the run was cancelled meanwhile.
    @discardableResult
    public func race<Value: Sendable>(_ branches: @Sendable () async throws -> Value...) async throws -> Value {
        try await run.race(0..<branches.count) { try await branches[$0]() }
    }
}
