internal import AetherRuntime

/// Branches: child tasks of the workflow's, which inherit its executor. So they begin in their order, and end in the order
/// in which the journal resolves what they wait for.
extension Run {
    func parallel<Items: RandomAccessCollection<Item> & Sendable, Item: Sendable, Value: Sendable>(
        _ items: Items, maximumConcurrency: Int, _ body: @escaping @Sendable (Item) async throws -> Value
    ) async throws -> [Value] {
        let operation = nextKey(kind: "parallel")
        return try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values = [Value?](repeating: nil, count: items.count)
            var rest = items.enumerated().makeIterator()
            func addNext() {
                guard let (index, item) = rest.next() else { return }
                group.addTask { (index, try await Scope.branch(index, of: operation) { try await body(item) }) }
            }
            for _ in 0..<min(max(1, maximumConcurrency), items.count) { addNext() }
            while let (index, value) = try await group.next() {
                values[index] = value
                addNext()
            }
            return values.compactMap(\.self)
        }
    }

    func settled<Items: RandomAccessCollection<Item> & Sendable, Item: Sendable, Value: Sendable>(
        _ items: Items, maximumConcurrency: Int, _ body: @escaping @Sendable (Item) async throws -> Value
    ) async throws -> [Result<Value, any Error>] {
        let operation = nextKey(kind: "settled")
        let wasCancelRequested = isCancelRequested
        let outcomes = await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
            var outcomes = [Result<Value, any Error>?](repeating: nil, count: items.count)
            var rest = items.enumerated().makeIterator()
            func addNext() {
                guard let (index, item) = rest.next() else { return }
                group.addTask {
                    do {
                        return (index, .success(try await Scope.branch(index, of: operation) { try await body(item) }))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for _ in 0..<min(max(1, maximumConcurrency), items.count) { addNext() }
            while let (index, outcome) = await group.next() {
                outcomes[index] = outcome
                addNext()
            }
            return outcomes.compactMap(\.self)
        }
        // A cancel is delivered once: were it left among the outcomes, the workflow might never see it.
        let isCancelledSince = !wasCancelRequested && isCancelRequested
        if Task.isCancelled || hasEnded || (isCancelledSince && outcomes.contains(where: \.isCancelled)) {
            throw CancellationError()
        }
        return outcomes
    }

    func race<Value: Sendable>(
        _ branches: Range<Int>, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let operation = nextKey(kind: "race")
        return try await withThrowingTaskGroup(of: Value.self) { group in
            for index in branches {
                group.addTask { try await Scope.branch(index, of: operation) { try await body(index) } }
            }
            guard let winner = try await group.next() else {
                throw NonRetryableError("a race needs at least one branch")
            }
            group.cancelAll()
            return winner
        }
    }
}

extension Result where Failure == any Error {
    fileprivate var isCancelled: Bool {
        if case .failure(let error) = self { error is CancellationError } else { false }
    }
}
