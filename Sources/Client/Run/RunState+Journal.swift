internal import AetherRuntime
internal import DequeModule

extension RunState {
    /// What the journal says next.
    enum Next {
        /// It has not arrived.
        case nothing
        case resume([Released])
        /// An entry of an operation that the code, at rest, has not called.
        case blocked(Blockage)
        /// The code has not called the entry's operation.
        case missing
    }

    /// Takes an entry, in any order and however often.
    mutating func arrive(_ entry: JournalEntry) {
        guard entry.sequence >= nextSequence, !takenAhead.contains(entry.sequence) else { return }
        // One that it made itself under this lease and has gone on with: the answer to the report was lost.
        if entry.early != nil, entry.sequence > replayEnd { return pass(entry.sequence) }
        arrived.insert(entry)
    }

    /// Goes on in the journal up to what lets the code go on. Only when the run is at rest; nothing is resolved in one
    /// that has no place.
    ///
    /// - Parameter clock: the time as this worker has it.
    /// - Returns: what the code is to be told.
    mutating func resolveNext(at clock: @autoclosure () -> Timestamp) -> Next {
        guard ending != .ended, activity == .active, blockage == nil else { return .nothing }
        while let (operation, result) = early.popFirst() {
            let next = goAhead(operation, result, at: clock())
            if case .resume = next { return next }
        }
        while true {
            if !takenAhead.isEmpty, takenAhead.remove(nextSequence) != nil {
                nextSequence += 1
                continue
            }
            guard let entry = arrived.remove(nextToTake) else { return .nothing }
            let next = take(entry)
            if case .missing = next {
                arrived.insert(entry)
                return goAround(entry)
            }
            taken(entry.sequence)
            if case .resume = next { return next }
        }
    }

    /// The code, at rest, has not called what the journal has next. It may have to go on with operations that were added
    /// to it: they are resolved in the order of the journal too, only before their turn.
    private mutating func goAround(_ entry: JournalEntry) -> Next {
        while let ahead = nextOfAdded {
            _ = arrived.remove(ahead.sequence)
            takenAhead.insert(ahead.sequence)
            if case .resume(let released) = take(ahead) { return .resume(released) }
        }
        if operations.values.contains(where: { $0.key.isAdded && $0.outcome == nil }) { return .nothing }
        let blockage = Blockage(missing: entry, found: unrecorded)
        block(blockage)
        return .blocked(blockage)
    }

    /// The earliest entry that an operation added to the code can take.
    private var nextOfAdded: JournalEntry? {
        arrived.filter { $0.event.key?.isAdded == true && !isUncalled($0) }.min { $0.sequence < $1.sequence }
    }

    /// Whether the code has come to where the journal goes on without it.
    var isStuck: Bool { arrived[nextToTake].map(isUncalled) ?? false }

    /// Whether an entry is of an operation that the code has not called. One of a version is nobody's to miss: code that no
    /// longer asks follows the last.
    func isUncalled(_ entry: JournalEntry) -> Bool {
        switch entry.event {
        case .operationCancelled, .activityStarted, .activityAttemptFailed, .versionSet: return false
        default: break
        }
        guard let key = entry.event.key else { return false }
        return operations[key] == nil && abandoned[key] == nil
    }

    /// What the journal has and the function, which has ended, did not call.
    var firstUncalled: Blockage? {
        arrived.filter(isUncalled).min { $0.sequence < $1.sequence }.map { Blockage(missing: $0, found: []) }
    }

    /// The code does not fit the journal: the run is given back.
    mutating func block(_ blockage: Blockage) {
        self.blockage = blockage
        isGivingBack = true
        if ending == .open { ending = .draining }
    }

    private mutating func take(_ entry: JournalEntry) -> Next {
        let next = resolve(entry)
        if case .resume = next { now = max(now, entry.early?.time ?? entry.time) }
        if entry.event.key != nil { historyLength += 1 }
        return next
    }

    private mutating func resolve(_ entry: JournalEntry) -> Next {
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
        case .versionSet(let key, _, let version):
            if operations[key] != nil { return resolve(key, .completed([])) }
            settledVersions[key] = version
            return .nothing
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
        case .started, .assigned, .released, .blocked, .closed:
            return .nothing
        }
    }

    /// The outcome of an operation.
    mutating func resolve(_ key: OperationKey, _ resolution: Operation.Resolution) -> Next {
        guard let operation = operations[key] else { return passOver(key) }
        let waiters = operation.waiters
        if operation.remote?.isKept == true {
            setStarted(operation)
            operation.outcome = resolution
            operation.waiters = []
        } else {
            remove(operation)
        }
        waiting -= waiters.count
        forgetCancellation(key)
        let released = waiters.map { Released(waiter: $0, resolution: resolution) }
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// The start of a remote operation.
    private mutating func begin(_ key: OperationKey) -> Next {
        guard let operation = operations[key] else {
            guard abandoned[key] != nil else { return .missing }
            abandoned[key] = true
            return .nothing
        }
        setStarted(operation)
        operation.isRecorded = true
        let released = operation.waiters.filter(\.isForStart).map { Released(waiter: $0, resolution: .completed([])) }
        operation.waiters.removeAll(where: \.isForStart)
        waiting -= released.count
        return released.isEmpty ? .nothing : .resume(released)
    }

    /// An attempt at a step, that will be followed by another.
    private mutating func retry(
        _ key: OperationKey, _ attempt: Int, at time: Timestamp, failedAt entry: JournalEntry
    ) -> Next {
        guard let operation = operations[key] else { return abandoned[key] == nil ? .missing : .nothing }
        operation.attempt = attempt + 1
        operation.task = nil
        operation.delay = .milliseconds(time.rawValue - entry.time.rawValue)
        operation.retryAt = entry.sequence <= replayEnd ? time : nil
        park(operation)
        return .nothing
    }

    /// An entry of an operation that nobody waits for any more.
    private mutating func passOver(_ key: OperationKey) -> Next {
        guard abandoned.removeValue(forKey: key) != nil else { return .missing }
        forgetCancellation(key)
        return .nothing
    }

    private mutating func forgetCancellation(_ key: OperationKey) {
        guard !cancellations.isEmpty, cancellations.remove(key) != nil else { return }
        unreportedCancellations.removeAll { $0 == key }
    }
}

extension Blockage {
    /// How many calls are named at most.
    private static let namedCalls = 8

    init(missing entry: JournalEntry, found: [OperationKey]) {
        self.init(
            sequence: entry.sequence, expected: entry.event.key?.rawValue ?? entry.event.kind.title,
            found: found.prefix(Self.namedCalls).map(\.rawValue))
    }
}
