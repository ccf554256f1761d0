internal import AetherRuntime
internal import DequeModule

/// A run of which nothing survives the server goes on with what its steps return at once; the server learns of it meanwhile. In
/// its entry the server keeps where the run went on, so that another worker's replay does the same.
extension RunState {
    /// Whether the outcome of a step that completes now need not be acknowledged before the run goes on.
    var mayGoAhead: Bool {
        records.count + early.count < stepsAhead && !isReplaying && blockage == nil && ending != .ended
    }

    /// Goes on with a step that has completed. The run is at rest.
    mutating func goAhead(_ operation: Operation, _ result: [UInt8], at clock: Timestamp) -> Next {
        guard operation.isCalled else {
            records.append(.stepCompleted(key: operation.key, result: result))
            return .nothing
        }
        let early = EarlyResolution(
            behind: nextSequence - 1, time: max(now, Timestamp(millisecondsSinceEpoch: clock.rawValue &+ serverAhead)))
        records.append(.stepResolved(key: operation.key, result: result, early))
        historyLength += 1
        let next = resolve(operation.key, .completed(result))
        if case .resume = next { now = early.time }
        return next
    }

    /// The function has ended: nothing goes on any more, and what has completed is only to be reported.
    mutating func reportEarly() {
        while let (operation, result) = early.popFirst() {
            records.append(.stepCompleted(key: operation.key, result: result))
        }
    }

    /// Passes over an entry that the run has gone on with.
    mutating func pass(_ sequence: UInt64) {
        if sequence == nextSequence, takenAhead.isEmpty {
            nextSequence += 1
        } else if sequence >= nextSequence {
            takenAhead.insert(sequence)
        }
    }

    // MARK: Replay

    /// The entry to be taken next, when none was taken ahead.
    var nextToTake: UInt64 {
        earlier.isEmpty ? nextSequence : earlier[nextSequence]?.first ?? nextSequence
    }

    /// An entry was taken: the next one, or an earlier one before that.
    mutating func taken(_ sequence: UInt64) {
        guard sequence != nextSequence else {
            nextSequence += 1
            return
        }
        takenAhead.insert(sequence)
        _ = earlier[nextSequence]?.popFirst()
    }

    /// The entries that are to be taken before their turn, by the entry before which that is.
    static func earlier(in journal: [JournalEntry]) -> [UInt64: Deque<UInt64>] {
        var earlier: [UInt64: Deque<UInt64>] = [:]
        var inPlace: [UInt64] = []
        for entry in journal {
            guard let early = entry.early else {
                inPlace.append(entry.sequence)
                continue
            }
            // Few are, and close by.
            let unseen = inPlace.reversed().prefix { $0 > early.behind }
            if let first = unseen.last { earlier[first, default: []].append(entry.sequence) }
        }
        return earlier
    }
}
