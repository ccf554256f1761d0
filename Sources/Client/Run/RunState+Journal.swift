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
        guard entry.sequence >= nextSequence, arrived[entry.sequence] == nil else { return }
        arrived[entry.sequence] = entry
    }

    /// Goes on in the journal up to what lets the code go on. Only when the run is at rest; nothing is resolved in one
    /// that has no place.
    mutating func resolveNext() -> Next {
        guard ending != .ended, activity == .active else { return .nothing }
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
        case .stepAttemptFailed(let key, let attempt, _, let retryAt):
            return retry(key, Int(attempt), at: retryAt, failedAt: entry)
        case .timerStarted(let key, _), .childStarted(let key, _), .activityScheduled(let key, _),
            .signalAwaited(let key, _, _):
            return begin(key)
        case .timerFired(let key): return resolve(key, .fired)
        case .childClosed(let key, let outcome): return resolve(key, .closed(outcome))
        case .activityCompleted(let key, _, let result): return resolve(key, .completed(result))
        case .activityFailed(let key, _, let failure): return resolve(key, .failed(failure))
        case .signalConsumed(let key, let sequence):
            return resolve(key, .completed(signals.removeValue(forKey: sequence) ?? []))
        case .valueSet(let key, _, _): return resolve(key, .completed([]))
        case .signalReceived(let signal):
            signals[entry.sequence] = signal.payload
            return .nothing
        case .operationCancelled(let key):
            unreportedCancellations.removeAll { $0 == key }
            return .nothing
        case .cancelRequested:
            isCancelRequested = true
            let released = isCompensating ? [] : cancelAll()
            return released.isEmpty ? .nothing : .resume(released)
        case .activityStarted, .activityAttemptFailed, .terminated:
            return .nothing
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
            remove(operation)
        }
        waiting -= operation.waiters.count
        forgetCancellation(key)
        let released = operation.waiters.map { Released(waiter: $0, resolution: resolution) }
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// The start of a remote operation.
    private mutating func begin(_ key: OperationKey) -> Next {
        guard let operation = operations[key] else {
            guard abandoned[key] != nil else { return .blocked(key) }
            abandoned[key] = true
            return .nothing
        }
        setStarted(key)
        operations[key]?.isRecorded = true
        operations[key]?.waiters.removeAll(where: \.isForStart)
        let released = operation.waiters.filter(\.isForStart).map { Released(waiter: $0, resolution: .completed([])) }
        waiting -= released.count
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// An attempt at a step, that will be followed by another.
    private mutating func retry(
        _ key: OperationKey, _ attempt: Int, at time: Timestamp, failedAt entry: JournalEntry
    ) -> Next {
        guard operations[key] != nil else { return abandoned[key] == nil ? .blocked(key) : .nothing }
        operations[key]?.attempt = attempt + 1
        operations[key]?.task = nil
        operations[key]?.delay = .milliseconds(time.rawValue - entry.time.rawValue)
        operations[key]?.retryAt = entry.sequence <= replayEnd ? time : nil
        park(key)
        return .nothing
    }

    /// An entry of an operation that nobody waits for any more.
    private mutating func passOver(_ key: OperationKey) -> Next {
        guard abandoned.removeValue(forKey: key) != nil else { return .blocked(key) }
        forgetCancellation(key)
        return .nothing
    }

    private mutating func forgetCancellation(_ key: OperationKey) {
        guard cancellations.remove(key) != nil else { return }
        unreportedCancellations.removeAll { $0 == key }
    }
}
