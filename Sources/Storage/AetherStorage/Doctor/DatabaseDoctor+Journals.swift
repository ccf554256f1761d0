internal import AetherRuntime

extension DatabaseDoctor {
    /// Checks a workflow: its history, by replaying it, and what its row says of that.
    func check(_ row: WorkflowRow, _ state: WorkflowState, _ tier: PersistenceTier) throws(StoreError) {
        let rows: [Int64]
        switch try content.chain(to: row.head, of: row.row) {
        case .success(let chain): rows = chain
        case .failure(let error): return found(DatabaseFinding(.journal, of: row.id, error.message))
        }
        examination.entries += rows.count
        let entries = DoctorEntries(rows, upTo: row.storedHead, of: content)
        let execution: WorkflowExecution
        switch try replay(entries, of: row.id) {
        case .success(let replayed): execution = replayed
        case .failure(let error): return found(DatabaseFinding(.journal, of: row.id, error.message))
        }
        let notes = entries.notes
        if notes.outcomes > execution.outcomes.count {
            let key = try repeatedOutcome(in: rows)
            found(DatabaseFinding(.outcome, of: row.id, "the operation \(key) has more than one outcome"))
        }
        if let (sequence, epoch, before) = notes.epochError {
            found(
                DatabaseFinding(
                    .epoch, of: row.id, "entry \(sequence) assigns it under epoch \(epoch), after epoch \(before)"))
        }
        compare(row, state, tier, to: execution)
        if entries.bytes != row.bytes {
            found(
                DatabaseFinding(
                    .count, of: row.id, "its journal takes \(entries.bytes) bytes, and its row says \(row.bytes)"))
        }
        checkTimers(of: row, execution, notes)
        if let parent = execution.start.parent { try checkFamily(of: execution, parent) }
    }

    /// Replays a history, one entry in memory at a time.
    private func replay(
        _ entries: DoctorEntries, of id: WorkflowID
    ) throws(StoreError) -> Result<WorkflowExecution, DatabaseContent.BrokenChain> {
        let replayed = Result { () throws(JournalError) in try WorkflowExecution.replay(id: id, entries) }
        if let failure = entries.failure {
            guard failure.code == .corrupt else { throw failure }
            return .failure(DatabaseContent.BrokenChain(message: failure.message))
        }
        return replayed.mapError { DatabaseContent.BrokenChain(message: "\($0)") }
    }

    private func repeatedOutcome(in rows: [Int64]) throws(StoreError) -> String {
        var seen: Set<OperationKey> = []
        for row in rows {
            guard let key = try content.entry(row).entry.event.outcomeKey else { continue }
            guard seen.insert(key).inserted else { return key.rawValue }
        }
        return ""
    }

    private func compare(
        _ row: WorkflowRow, _ state: WorkflowState, _ tier: PersistenceTier, to execution: WorkflowExecution
    ) {
        var differences: [String] = []
        func compare(_ name: String, _ found: some Equatable, _ expected: some Equatable, isEqual: Bool) {
            if !isEqual { differences.append("\(name) \(found), its journal \(expected)") }
        }
        func instant(_ time: Timestamp?) -> String { time?.iso8601 ?? "none" }
        compare("state", state.name, execution.state.name, isEqual: state == execution.state)
        compare("type", row.type, execution.start.type, isEqual: row.type == execution.start.type)
        compare("tier", tier.name, execution.start.tier.name, isEqual: tier == execution.start.tier)
        for (name, found, expected) in [
            ("creation", row.createdAt, execution.createdAt), ("start", row.startedAt, execution.startedAt),
            ("end", row.completedAt, execution.closedAt),
        ] as [(String, Timestamp?, Timestamp?)] {
            compare(name, instant(found), instant(expected), isEqual: found == expected)
        }
        guard !differences.isEmpty else { return }
        found(DatabaseFinding(.state, of: row.id, "its row says: " + differences.joined(separator: "; ")))
    }
}
