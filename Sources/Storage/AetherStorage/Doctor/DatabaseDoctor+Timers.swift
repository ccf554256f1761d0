internal import AetherRuntime

extension DatabaseDoctor {
    /// Checks when a workflow is woken. In the file that counts for those that are not in memory: for the others, whoever
    /// reads them back finds their timers in their journals.
    func checkTimers(of row: WorkflowRow, _ execution: WorkflowExecution, _ notes: JournalNotes) {
        func found(_ kind: DatabaseFinding.Kind, _ message: String) {
            self.found(DatabaseFinding(kind, of: row.id, message))
        }
        guard execution.outcome == nil else {
            if row.wakeAt != nil { found(.orphanTimer, "it has ended, and is still to be woken") }
            return
        }
        guard row.isPassive else { return }
        guard execution.mayBePassive else {
            return found(.resting, "it is marked as resting, and no server would go on with it")
        }
        let due = execution.pending.values.compactMap(\.deadline).min()
        switch (row.wakeAt, due) {
        case (let wake?, let due?) where wake > due:
            found(.missedTimer, "it is woken at \(wake.iso8601), and its timer fires at \(due.iso8601)")
        case (nil, let due?):
            found(.missedTimer, "it is woken never, and its timer fires at \(due.iso8601)")
        case (let wake?, _) where !notes.mayWake(at: wake):
            found(.orphanTimer, "it is woken at \(wake.iso8601), when none of its timers fires")
        default:
            break
        }
    }
}

extension PendingOperation {
    fileprivate var deadline: Timestamp? {
        switch kind {
        case .timer(let fireAt): fireAt
        case .signal(_, let deadline): deadline
        case .child, .activity, .step: nil
        }
    }
}
