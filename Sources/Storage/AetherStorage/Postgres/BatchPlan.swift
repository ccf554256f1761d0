internal import AetherRuntime

/// What a batch comes to, of workflows whose places are known: decides who is left out and who is replaced, and says it as
/// a few statements.
struct BatchPlan {
    /// What becomes of the workflows, in the order in which they first occur.
    private(set) var drafts: [WorkflowDraft] = []
    private(set) var leftOut: Set<WorkflowID> = []

    /// - Parameters:
    ///   - groups: the batch, as ``BatchGroup/groups(of:)`` has it.
    ///   - batch: what it is made of.
    ///   - place: where a workflow is; `nil` when there is none of this id.
    /// - Throws: ``PostgresFailure/Kind/damaged`` when a workflow is missing, or entries do not follow the last one.
    init(
        _ groups: [BatchGroup], of batch: [WorkflowWrite], place: (WorkflowID) -> PostgresPlace?
    ) throws(PostgresFailure) {
        drafts.reserveCapacity(groups.count)
        // Several groups of one workflow there are only where one replaces another.
        let mayRepeat = groups.contains { $0.replaces != .nothing }
        var indices: [WorkflowID: Int] = [:]
        for group in groups {
            let index: Int
            if mayRepeat, let known = indices[group.id] {
                index = known
            } else {
                index = drafts.count
                drafts.append(WorkflowDraft(id: group.id, before: place(group.id)))
                if mayRepeat { indices[group.id] = index }
            }
            if group.replaces != .nothing, leftOut.contains(group.id) { continue }
            let isTaken = try drafts[index].add(group, of: batch)
            if !isTaken || group.isRepeated { leftOut.insert(group.id) }
        }
    }

    var entryCount: Int { drafts.reduce(0) { $0 + $1.entries.count } }

    var byteCount: Int { drafts.reduce(0) { $0 + $1.entries.reduce(0) { $0 + $1.count } } }

    /// Where the batch's workflows are once it is committed.
    var places: [(id: WorkflowID, place: PostgresPlace?)] { drafts.map { ($0.id, $0.after) } }
}
