internal import AetherRuntime

extension RunState {
    /// What the journal says next.
    enum Next {
        /// It has not arrived.
        case nothing
        case resume([Released])
        /// An entry of an operation that the code, at rest, has not called.
        case blocked(OperationKey)
    }

    /// Takes an entry, in any order and however often.
    mutating func arrive(_ entry: JournalEntry) {
        if entry.sequence >= nextSequence { arrived[entry.sequence] = entry }
    }

    /// Goes on in the journal up to what lets the code go on. Only when the run is at rest.
    mutating func resolveNext() -> Next {
        guard ending != .ended else { return .nothing }
        while let entry = arrived.removeValue(forKey: nextSequence) {
            let next = take(entry)
            // The place in the journal is left as it is: nothing behind it is resolved any more.
            if case .blocked = next { return next }
            nextSequence += 1
            if case .resume = next {
                now = entry.time
                return next
            }
        }
        return .nothing
    }

    private mutating func take(_ entry: JournalEntry) -> Next {
        switch entry.event {
        case .stepCompleted(let key, let result): return resolve(key, .completed(result))
        case .stepFailed(let key, let failure): return resolve(key, .failed(failure))
        case .cancelRequested:
            isCancelRequested = true
            let released = isCompensating ? [] : cancelAll()
            return released.isEmpty ? .nothing : .resume(released)
        case .started, .assigned, .released, .closed:
            return .nothing
        }
    }

    /// The outcome of an operation.
    private mutating func resolve(_ key: OperationKey, _ resolution: Operation.Resolution) -> Next {
        guard let operation = operations[key] else { return passOver(key) }
        if operation.remote?.isKept == true {
            operations[key]?.outcome = resolution
            operations[key]?.waiters = []
        } else {
            operations[key] = nil
        }
        forgetCancellation(key)
        let released = operation.waiters.map { Released(waiter: $0, resolution: resolution) }
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// The start of a remote operation.
    private mutating func record(_ key: OperationKey) -> Next {
        guard let operation = operations[key] else {
            guard abandoned[key] != nil else { return .blocked(key) }
            abandoned[key] = true
            return .nothing
        }
        operations[key]?.isStarted = true
        operations[key]?.isRecorded = true
        operations[key]?.waiters.removeAll(where: \.isForStart)
        let released = operation.waiters.filter(\.isForStart).map { Released(waiter: $0, resolution: .completed([])) }
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// An entry of an operation that nobody waits for any more.
    private mutating func passOver(_ key: OperationKey) -> Next {
        guard abandoned.removeValue(forKey: key) != nil else { return .blocked(key) }
        forgetCancellation(key)
        return .nothing
    }

    private mutating func forgetCancellation(_ key: OperationKey) {
        guard cancellations.remove(key) != nil else { return }
        unreportedCancellations.removeAll { $0.key == key }
    }
}
