internal import AetherRuntime

/// What a ``MemoryStore`` holds.
struct MemoryState {
    /// Used only where the state is.
    final class Record {
        var summary: WorkflowSummary
        var entries: [JournalEntry]
        /// The size of the entries, once the workflow has ended.
        var bytes = 0

        init(summary: WorkflowSummary, entries: [JournalEntry]) {
            self.summary = summary
            self.entries = entries
        }
    }

    private(set) var records: [WorkflowID: Record] = [:]
    private(set) var index = MemoryIndex()
    private(set) var statistics = StoreStatistics()
    private(set) var closedBytes = ClosedBytes()
    let isClosed: Bool

    init(isClosed: Bool = false) {
        self.isClosed = isClosed
    }

    mutating func commit(_ batch: [WorkflowWrite]) throws(StoreError) -> Set<WorkflowID> {
        let known = try check(batch)
        var leftOut: Set<WorkflowID> = []
        for (write, record) in zip(batch, known) where leftOut.isEmpty || !leftOut.contains(write.id) {
            if write.isNew, let summary = write.summary {
                switch write.replaces {
                case .nothing: break
                case .closed: _ = delete([write.id])
                case .any: remove(write.id)
                }
                guard records[write.id] == nil else {
                    leftOut.insert(write.id)
                    continue
                }
                let record = Record(summary: summary, entries: write.entries)
                records[write.id] = record
                index.insert(summary)
                if summary.state.isTerminal { weigh(record) }
            } else if let record = record ?? records[write.id] {
                append(write, to: record)
            }
            statistics.entries += write.entries.count
        }
        statistics.commits += 1
        return leftOut
    }

    mutating func delete(_ ids: [WorkflowID]) -> Set<WorkflowID> {
        var deleted: Set<WorkflowID> = []
        for id in ids {
            guard let summary = records[id]?.summary, summary.state.isTerminal else { continue }
            remove(id)
            deleted.insert(id)
        }
        return deleted
    }

    mutating func remove(_ id: WorkflowID) {
        guard let record = records.removeValue(forKey: id) else { return }
        index.remove(record.summary)
        closedBytes[record.summary.state] -= record.bytes
    }

    /// Notes how much a workflow takes that has ended.
    private mutating func weigh(_ record: Record) {
        record.bytes = record.entries.reduce(0) { $0 + $1.encoded().count }
        closedBytes[record.summary.state] += record.bytes
    }

    private mutating func append(_ write: WorkflowWrite, to record: Record) {
        record.entries.append(contentsOf: write.entries)
        if let summary = write.summary {
            replaceSummary(of: record, summary)
        } else if !write.entries.isEmpty, record.summary.isPassive {
            var summary = record.summary
            summary.isPassive = false
            replaceSummary(of: record, summary)
        }
    }

    /// Refuses a batch before any of it is applied.
    ///
    /// - Returns: for each write the record it goes to, where that stays the same during the batch.
    private func check(_ batch: [WorkflowWrite]) throws(StoreError) -> [Record?] {
        var created: Set<WorkflowID> = []
        var known: [Record?] = []
        known.reserveCapacity(batch.count)
        for write in batch {
            if write.isNew {
                guard write.summary != nil else {
                    throw StoreError(code: .corrupt, message: "the new workflow \(write.id) has no summary")
                }
                created.insert(write.id)
                known.append(nil)
            } else if !created.isEmpty, created.contains(write.id) {
                known.append(nil)
            } else if let record = records[write.id] {
                known.append(record)
            } else {
                throw StoreError(
                    code: .corrupt,
                    message: "there are entries for the workflow \(write.id), which is not there")
            }
        }
        return known
    }

    private mutating func replaceSummary(of record: Record, _ summary: WorkflowSummary) {
        guard record.summary != summary else { return }
        index.remove(record.summary)
        closedBytes[record.summary.state] -= record.bytes
        record.summary = summary
        index.insert(summary)
        if summary.state.isTerminal { weigh(record) }
    }
}
