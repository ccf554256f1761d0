internal import AetherRuntime

/// What a ``MemoryStore`` holds.
struct MemoryState {
    struct Record {
        var summary: WorkflowSummary
        var entries: [JournalEntry]
    }

    private(set) var records: [WorkflowID: Record] = [:]
    private(set) var index = MemoryIndex()
    private(set) var statistics = StoreStatistics()
    let isClosed: Bool

    init(isClosed: Bool = false) {
        self.isClosed = isClosed
    }

    mutating func commit(_ batch: [WorkflowWrite]) throws(StoreError) -> Set<WorkflowID> {
        try check(batch)
        var leftOut: Set<WorkflowID> = []
        for write in batch where !leftOut.contains(write.id) {
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
                records[write.id] = Record(summary: summary, entries: write.entries)
                index.insert(summary)
            } else {
                append(write)
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

    private mutating func remove(_ id: WorkflowID) {
        guard let record = records.removeValue(forKey: id) else { return }
        index.remove(record.summary)
    }

    private mutating func append(_ write: WorkflowWrite) {
        records[write.id]?.entries.append(contentsOf: write.entries)
        if let summary = write.summary {
            replaceSummary(summary)
        } else if !write.entries.isEmpty, var summary = records[write.id]?.summary, summary.isPassive {
            summary.isPassive = false
            replaceSummary(summary)
        }
    }

    /// Refuses a batch before any of it is applied.
    private func check(_ batch: [WorkflowWrite]) throws(StoreError) {
        var created: Set<WorkflowID> = []
        for write in batch {
            if write.isNew {
                guard write.summary != nil else {
                    throw StoreError(code: .corrupt, message: "the new workflow \(write.id) has no summary")
                }
                created.insert(write.id)
            } else if records[write.id] == nil, !created.contains(write.id) {
                throw StoreError(
                    code: .corrupt,
                    message: "there are entries for the workflow \(write.id), which is not there")
            }
        }
    }

    private mutating func replaceSummary(_ summary: WorkflowSummary) {
        guard let before = records[summary.id]?.summary, before != summary else { return }
        index.remove(before)
        records[summary.id]?.summary = summary
        index.insert(summary)
    }
}
