internal import AetherRuntime

/// What becomes of one workflow in a batch.
struct WorkflowDraft {
    let id: WorkflowID
    let shard: Shard
    /// Where it was before the batch; `nil` when it was not there.
    let before: PostgresPlace?
    private(set) var after: PostgresPlace?
    /// Whether what was there goes first.
    private(set) var isReplaced = false
    /// The row's new content, if the batch says it.
    private(set) var summary: WorkflowSummary?
    private(set) var entries: [[UInt8]] = []

    init(id: WorkflowID, before: PostgresPlace?) {
        self.id = id
        shard = Shard(of: id)
        self.before = before
        after = before
    }

    /// Whether a row is made.
    var isNew: Bool { after != nil && (before == nil || isReplaced) }

    /// - Returns: `false` when the group is left out, because there is a workflow that does not make way.
    mutating func add(_ group: BatchGroup, of batch: [WorkflowWrite]) throws(PostgresFailure) -> Bool {
        if group.isNew {
            guard let summary = group.summary else { throw .damaged("the new workflow \(id) has no summary") }
            if let there = after {
                guard group.replaces == .any || (group.replaces == .closed && there.state.isTerminal) else {
                    return false
                }
                isReplaced = before != nil
                entries = []
            }
            after = PostgresPlace(state: summary.state, isPassive: summary.isPassive, length: 0, bytes: 0)
        }
        guard var place = after else {
            throw .damaged("there are entries for the workflow \(id), which is not there")
        }
        try append(batch[group.firstWrite].entries, &place)
        for index in group.laterWrites { try append(batch[index].entries, &place) }
        if let newer = group.summary {
            summary = newer
            place.state = newer.state
            place.isPassive = newer.isPassive
        } else if group.entryCount > 0 {
            summary?.isPassive = false
            place.isPassive = false
        }
        after = place
        return true
    }

    private mutating func append(
        _ added: [JournalEntry], _ place: inout PostgresPlace
    ) throws(PostgresFailure) {
        for entry in added {
            guard entry.sequence == UInt64(place.length) + 1 else {
                throw .damaged(
                    "entry \(entry.sequence) of the workflow \(id) does not follow its last one, \(place.length)")
            }
            let bytes = entry.encoded()
            place.length += 1
            place.bytes += Int64(bytes.count)
            entries.append(bytes)
        }
    }
}
