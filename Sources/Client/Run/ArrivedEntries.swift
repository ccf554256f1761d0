internal import AetherRuntime
internal import DequeModule

/// Entries of a journal that have arrived and are not taken yet. They come in any order, and almost always in theirs.
struct ArrivedEntries: Sequence {
    private var entries: Deque<JournalEntry>

    /// - Parameter journal: in its order.
    init(_ journal: [JournalEntry]) {
        entries = Deque(journal)
    }

    func makeIterator() -> Deque<JournalEntry>.Iterator { entries.makeIterator() }

    var isEmpty: Bool { entries.isEmpty }

    subscript(sequence: UInt64) -> JournalEntry? {
        index(of: sequence).map { entries[$0] }
    }

    func contains(_ sequence: UInt64) -> Bool {
        index(of: sequence) != nil
    }

    /// Takes an entry, unless one of its number is there.
    mutating func insert(_ entry: JournalEntry) {
        guard let last = entries.last, last.sequence >= entry.sequence else { return entries.append(entry) }
        let place = firstIndex(from: entry.sequence)
        if entries[place].sequence != entry.sequence { entries.insert(entry, at: place) }
    }

    mutating func remove(_ sequence: UInt64) -> JournalEntry? {
        if let first = entries.first, first.sequence == sequence { return entries.removeFirst() }
        return index(of: sequence).map { entries.remove(at: $0) }
    }

    private func index(of sequence: UInt64) -> Int? {
        guard let first = entries.first, first.sequence <= sequence else { return nil }
        if first.sequence == sequence { return entries.startIndex }
        let place = firstIndex(from: sequence)
        return place < entries.endIndex && entries[place].sequence == sequence ? place : nil
    }

    /// Where the entries begin that are not before a number.
    private func firstIndex(from sequence: UInt64) -> Int {
        var (low, high) = (entries.startIndex, entries.endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
