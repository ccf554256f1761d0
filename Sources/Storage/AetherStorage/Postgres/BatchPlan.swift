internal import AetherRuntime

/// What a batch comes to, of workflows whose places are known: decides who is left out and who is replaced, and says it as
/// a few statements.
struct BatchPlan {
    /// What becomes of one workflow.
    struct Draft {
        let shard: Shard
        /// What was in the database before the batch.
        let before: PostgresPlace?
        var after: PostgresPlace?
        /// Whether what was there goes first.
        var isReplaced = false
        /// The row's new content, if the batch says it.
        var summary: WorkflowSummary?
        var entries: [[UInt8]] = []

        /// Whether a row is made.
        var isNew: Bool { after != nil && (before == nil || isReplaced) }
    }

    private(set) var drafts: [WorkflowID: Draft] = [:]
    /// In the order in which they first occur.
    private(set) var order: [WorkflowID] = []
    private(set) var leftOut: Set<WorkflowID> = []
    private(set) var entryCount = 0
    private(set) var byteCount = 0

    /// - Parameters:
    ///   - groups: the batch, as ``BatchGroup/groups(of:)`` has it.
    ///   - batch: what it is made of.
    ///   - place: where a workflow is; `nil` when there is none of this id.
    /// - Throws: ``PostgresFailure/Kind/damaged`` when a workflow is missing, or entries do not follow the last one.
    init(
        _ groups: [BatchGroup], of batch: [WorkflowWrite], place: (WorkflowID) -> PostgresPlace?
    ) throws(PostgresFailure) {
        order.reserveCapacity(groups.count)
        drafts.reserveCapacity(groups.count)
        for group in groups {
            if drafts[group.id] == nil {
                let before = place(group.id)
                drafts[group.id] = Draft(shard: Shard(of: group.id), before: before, after: before)
                order.append(group.id)
            }
            try add(group, of: batch)
        }
    }

    private mutating func add(_ group: BatchGroup, of batch: [WorkflowWrite]) throws(PostgresFailure) {
        guard var draft = drafts.removeValue(forKey: group.id) else { return }
        defer { drafts[group.id] = draft }
        if group.replaces != .nothing, leftOut.contains(group.id) { return }
        if group.isRepeated { leftOut.insert(group.id) }
        if group.isNew {
            guard let summary = group.summary else { throw .damaged("the new workflow \(group.id) has no summary") }
            if let there = draft.after {
                guard group.replaces == .any || (group.replaces == .closed && there.state.isTerminal) else {
                    leftOut.insert(group.id)
                    return
                }
                draft.isReplaced = draft.before != nil
                draft.entries = []
            }
            draft.after = PostgresPlace(state: summary.state, isPassive: summary.isPassive, length: 0, bytes: 0)
        }
        guard var after = draft.after else {
            throw .damaged("there are entries for the workflow \(group.id), which is not there")
        }
        try append(batch[group.firstWrite].entries, of: group.id, to: &draft.entries, &after)
        for index in group.laterWrites { try append(batch[index].entries, of: group.id, to: &draft.entries, &after) }
        if let summary = group.summary {
            draft.summary = summary
            after.state = summary.state
            after.isPassive = summary.isPassive
        } else if group.entryCount > 0 {
            draft.summary?.isPassive = false
            after.isPassive = false
        }
        draft.after = after
    }

    private mutating func append(
        _ entries: [JournalEntry], of id: WorkflowID, to encoded: inout [[UInt8]], _ place: inout PostgresPlace
    ) throws(PostgresFailure) {
        for entry in entries {
            guard entry.sequence == UInt64(place.length) + 1 else {
                throw .damaged(
                    "entry \(entry.sequence) of the workflow \(id) does not follow its last one, \(place.length)")
            }
            let bytes = entry.encoded()
            place.length += 1
            place.bytes += Int64(bytes.count)
            byteCount += bytes.count
            encoded.append(bytes)
        }
        entryCount += entries.count
    }

    /// Where the batch's workflows are once it is committed.
    var places: [(id: WorkflowID, place: PostgresPlace?)] { order.map { ($0, drafts[$0]?.after) } }
}
