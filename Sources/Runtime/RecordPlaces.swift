/// Where a lease's records stand in the journal, so that a report that comes again gets the answer it got.
///
/// Records that follow one another in the journal share one span. Only the last ``limit`` spans are kept: a worker repeats
/// no more than its last report.
struct RecordPlaces: Sendable, Equatable {
    private struct Span: Sendable, Equatable {
        var record: UInt64
        var sequence: UInt64
        var time: Timestamp
        var count: UInt64
    }

    private static let limit = 256
    private var spans: [Span] = []

    mutating func add(_ entry: JournalEntry) {
        if let last = spans.last, last.record + last.count == entry.record,
            last.sequence + last.count == entry.sequence,
            last.time == entry.time
        {
            spans[spans.count - 1].count += 1
        } else {
            if spans.count == 2 * Self.limit { spans.removeFirst(Self.limit) }
            spans.append(Span(record: entry.record, sequence: entry.sequence, time: entry.time, count: 1))
        }
    }

    /// - Returns: `nil` for a record that is not there, or so old that nobody can ask for it.
    func place(of record: UInt64) -> RecordPlace? {
        guard let span = spans.last(where: { $0.record <= record }), record - span.record < span.count else {
            return nil
        }
        return RecordPlace(sequence: span.sequence + (record - span.record), time: span.time)
    }
}

/// Where a worker's record stands in the journal.
package struct RecordPlace: Sendable, Equatable {
    package var sequence: UInt64
    package var time: Timestamp

    package init(sequence: UInt64, time: Timestamp) {
        self.sequence = sequence
        self.time = time
    }
}
