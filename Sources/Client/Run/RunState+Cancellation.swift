internal import AetherRuntime

extension RunState {
    /// A caller that is to go on.
    struct Released {
        let waiter: Operation.Waiter
        let resolution: Operation.Resolution
        /// The task of a closure that nobody waits for any more.
        var task: Task<Void, Never>?

        func resume() {
            task?.cancel()
            waiter.continuation.resume(returning: resolution)
        }
    }

    /// A caller was cancelled.
    ///
    /// - Returns: the caller, if it no longer waits.
    mutating func cancelWait(_ key: OperationKey, _ number: Int) -> Released? {
        guard let operation = operations[key], let index = operation.waiters.firstIndex(where: { $0.number == number })
        else { return nil }
        if operation.remote?.cancellation == .tellAndWait {
            cancelRemotely(operation)
            return nil
        }
        let waiter = operation.waiters.remove(at: index)
        waiting -= 1
        return Released(
            waiter: waiter, resolution: .cancelled, task: operation.waiters.isEmpty ? abandon(operation) : nil)
    }

    /// Nobody waits for an operation any more.
    ///
    /// - Returns: its task, to be cancelled.
    private mutating func abandon(_ operation: Operation) -> Task<Void, Never>? {
        cancelRemotely(operation)
        if operation.remote?.isKept != true {
            remove(operation)
            abandoned[operation.key] = operation.isStarted
        }
        return operation.task
    }

    private mutating func cancelRemotely(_ operation: Operation) {
        guard let work = operation.remote, work.cancellation != .leave, operation.outcome == nil, ending != .ended,
            cancellations.insert(operation.key).inserted
        else { return }
        // Of one that is still to begin, after that.
        if isReplaying || !operation.isStarted {
            unreportedCancellations.append(operation.key)
        } else {
            records.append(.cancelOperation(key: operation.key))
        }
    }

    /// All that wait are released, in the order of their calls; but not those that wait for an outcome in any case.
    mutating func cancelAll() -> [Released] {
        waitersInOrder().compactMap { cancelWait($0.key, $0.waiter.number) }
    }

    /// The run is no longer this worker's: everything is released, nothing is reported.
    mutating func end() -> [Released] {
        guard ending != .ended else { return [] }
        ending = .ended
        defer {
            for operation in operations.values { operation.isCalled = false }
            operations = [:]
            (unsettled, waiting) = (0, 0)
        }
        return waitersInOrder().map {
            Released(waiter: $0.waiter, resolution: .cancelled, task: operations[$0.key]?.task)
        }
    }

    private func waitersInOrder() -> [(key: OperationKey, waiter: Operation.Waiter)] {
        operations.values.flatMap { operation in operation.waiters.map { (operation.key, $0) } }
            .sorted { $0.1.number < $1.1.number }
    }

    // MARK: Compensation

    mutating func addCompensation(_ body: @escaping @Sendable () async throws -> Void) {
        if !isCompensating { compensations.append(body) }
    }

    mutating func takeCompensation() -> (@Sendable () async throws -> Void)? {
        guard ending != .ended else { return nil }
        isCompensating = true
        return compensations.popLast()
    }
}
