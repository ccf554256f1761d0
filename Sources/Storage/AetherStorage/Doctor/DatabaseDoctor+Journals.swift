internal import AetherRuntime

extension DatabaseDoctor {
    /// Why a history can't be read.
    struct BrokenChain: Error {
        var message: String
    }

    /// Checks a workflow: its history, by replaying it, and what its row says of that.
    func check(_ row: DoctorRow, _ state: WorkflowState, _ tier: PersistenceTier) throws(StoreError) {
        let rows: [Int64]
        switch try chain(to: row.head, of: row.row) {
        case .success(let chain): rows = chain
        case .failure(let error): return found(DatabaseFinding(.journal, of: row.id, error.message))
        }
        examination.entries += rows.count
        let entries = DoctorEntries(rows, upTo: row.storedHead, of: self)
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

    /// The rows of a history, first to last.
    func chain(to head: Int64, of workflow: Int64) throws(StoreError) -> Result<[Int64], BrokenChain> {
        guard head > 0 else { return .failure(BrokenChain(message: "its row points at no journal entry")) }
        var rows: [Int64] = []
        var row = head
        let link = statements.link
        while row > 0 {
            try link.bind(row, at: 1)
            defer { link.reset() }
            guard try link.step() else { return .failure(BrokenChain(message: "row \(row) of its journal is missing")) }
            let (owner, previous) = (link.integer(0), link.integer(1))
            guard owner == workflow else {
                return .failure(BrokenChain(message: "row \(row) of its journal belongs to another workflow"))
            }
            guard previous < row else {
                return .failure(
                    BrokenChain(message: "row \(row) of its journal refers to row \(previous) as the one before"))
            }
            rows.append(row)
            row = previous
        }
        return .success(rows.reversed())
    }

    /// Replays a history, one entry in memory at a time.
    private func replay(
        _ entries: DoctorEntries, of id: WorkflowID
    ) throws(StoreError) -> Result<WorkflowExecution, BrokenChain> {
        let replayed = Result { () throws(JournalError) in try WorkflowExecution.replay(id: id, entries) }
        if let failure = entries.failure {
            guard failure.code == .corrupt else { throw failure }
            return .failure(BrokenChain(message: failure.message))
        }
        return replayed.mapError { BrokenChain(message: "\($0)") }
    }

    /// - Throws: ``StoreError``: `corrupt` when the row is no entry.
    func entry(_ row: Int64) throws(StoreError) -> (entry: JournalEntry, bytes: Int) {
        let statement = statements.entry
        defer { statement.reset() }
        try statement.bind(row, at: 1)
        guard try statement.step() else { throw context.corrupt("row \(row) of the journal is missing") }
        do {
            let bytes = statement.bytes(0)
            return (try JournalEntry(encoded: bytes), bytes.count)
        } catch {
            throw StoreError(code: .corrupt, message: "row \(row) of its journal is no entry: \(error)")
        }
    }

    private func repeatedOutcome(in rows: [Int64]) throws(StoreError) -> String {
        var seen: Set<OperationKey> = []
        for row in rows {
            guard let key = try entry(row).entry.event.outcomeKey else { continue }
            guard seen.insert(key).inserted else { return key.rawValue }
        }
        return ""
    }

    private func compare(
        _ row: DoctorRow, _ state: WorkflowState, _ tier: PersistenceTier, to execution: WorkflowExecution
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
