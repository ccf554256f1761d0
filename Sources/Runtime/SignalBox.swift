internal import DequeModule

/// The signals of a run that nobody has taken yet, and the operations that wait for one.
struct SignalBox: Sendable, Equatable {
    private var received: [String: Deque<UInt64>] = [:]
    private var awaiting: [String: Deque<OperationKey>] = [:]
    private var ids: Set<String> = []
    /// The same, the first received first.
    private var order: [String] = []
    /// The signals that nobody has taken, by the sequence of the entry that received them.
    private(set) var kept: [UInt64: Signal] = [:]

    /// - Parameter known: the ids of signals that are not to be received again.
    init(known: [String] = []) {
        for id in known { remember(id) }
    }

    func knows(_ id: String) -> Bool { ids.contains(id) }

    /// The ids of the signals received last, so many at most.
    func lastIDs(_ count: Int) -> [String] { Array(order.suffix(count)) }

    private mutating func remember(_ id: String) {
        if ids.insert(id).inserted { order.append(id) }
    }

    mutating func receive(_ signal: Signal, sequence: UInt64) {
        remember(signal.id)
        kept[sequence] = signal
        received[signal.name, default: []].append(sequence)
    }

    mutating func await(_ name: String, _ key: OperationKey) {
        awaiting[name, default: []].append(key)
    }

    /// The operation of a name that has waited longest and the oldest signal there is for it.
    func match(_ name: String) -> (key: OperationKey, signal: UInt64)? {
        guard let key = awaiting[name]?.first, let signal = received[name]?.first else { return nil }
        return (key, signal)
    }

    mutating func consume(_ name: String, _ key: OperationKey, signal: UInt64) {
        stopAwaiting(name, key)
        kept[signal] = nil
        received[name]?.removeAll { $0 == signal }
        if received[name]?.isEmpty == true { received[name] = nil }
    }

    mutating func stopAwaiting(_ name: String, _ key: OperationKey) {
        awaiting[name]?.removeAll { $0 == key }
        if awaiting[name]?.isEmpty == true { awaiting[name] = nil }
    }
}
