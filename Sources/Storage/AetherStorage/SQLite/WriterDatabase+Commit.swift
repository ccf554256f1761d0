internal import AetherRuntime

extension WriterDatabase {
    /// What a batch wrote.
    struct CommitResult {
        var leftOut: Set<WorkflowID> = []
        var entries = 0
        var bytes = 0
    }

    /// What is known only once the transaction is durable.
    private struct Pending {
        var result = CommitResult()
        var places: [(WorkflowID, WorkflowPlace)] = []
        var lastRow: Int64
        var counts: WorkflowCounts
        var closedBytes: ClosedBytes
    }

    func commit(_ batch: [WorkflowWrite]) throws(StoreError) -> CommitResult {
        let pending = try transaction { () throws(StoreError) in
            var pending = Pending(lastRow: lastRow, counts: counts, closedBytes: bytes)
            let groups = BatchGroup.groups(of: batch)
            pending.places.reserveCapacity(groups.count)
            for group in groups {
                try write(group, of: batch, &pending)
            }
            if pending.counts != counts || pending.closedBytes != bytes {
                try writeBookkeeping(mended: mended, counts: pending.counts, bytes: pending.closedBytes)
            }
            return pending
        }
        lastRow = pending.lastRow
        counts = pending.counts
        bytes = pending.closedBytes
        heads.update(pending.places)
        return pending.result
    }

    private func write(_ group: BatchGroup, of batch: [WorkflowWrite], _ pending: inout Pending) throws(StoreError) {
        if group.isRepeated { pending.result.leftOut.insert(group.id) }
        if group.replaces != .nothing {
            guard !pending.result.leftOut.contains(group.id) else { return }
            try makeWay(for: group, &pending)
        }
        // The rows the entries will take, and their size, are known beforehand, so the workflow's row is written once.
        let entries = encode(group, of: batch)
        let size = entries.reduce(0) { $0 + $1.count }
        let last = pending.lastRow + Int64(group.entryCount)
        var place: WorkflowPlace
        var previous: Int64 = 0
        if group.isNew {
            guard let created = try create(group, head: group.entryCount > 0 ? last : 0, bytes: size) else {
                pending.result.leftOut.insert(group.id)
                return
            }
            place = created
            pending.counts[place.state] += 1
            pending.closedBytes[place.state] += size
        } else {
            guard let found = try locate(group.id) else {
                throw context.corrupt("there are entries for the workflow \(group.id), which is not there")
            }
            place = found
            previous = found.head
            if group.entryCount > 0 { place.head = last }
            place.bytes += size
            if let summary = group.summary {
                try update(place, summary)
                pending.counts[place.state] -= 1
                pending.counts[summary.state] += 1
                pending.closedBytes[place.state] -= found.bytes
                pending.closedBytes[summary.state] += place.bytes
                place.state = summary.state
                place.isPassive = summary.isPassive
                place.isAhead = false
            } else if group.entryCount > 0 {
                if place.isPassive { try activate(&place) }
                place.isAhead = true
            }
        }
        try append(entries, of: place.row, after: previous, &pending)
        pending.result.entries += group.entryCount
        pending.result.bytes += size
        pending.places.append((group.id, place))
    }

    private func encode(_ group: BatchGroup, of batch: [WorkflowWrite]) -> [[UInt8]] {
        var encoded: [[UInt8]] = []
        encoded.reserveCapacity(group.entryCount)
        for entry in batch[group.firstWrite].entries { encoded.append(entry.encoded()) }
        for index in group.laterWrites {
            for entry in batch[index].entries { encoded.append(entry.encoded()) }
        }
        return encoded
    }

    /// Appends rows to the journal.
    private func append(
        _ entries: [[UInt8]], of workflow: Int64, after previous: Int64, _ pending: inout Pending
    ) throws(StoreError) {
        let statement = statements.appendEntry
        var previous = previous
        for bytes in entries {
            pending.lastRow += 1
            try statement.bind(pending.lastRow, at: 1)
            try statement.bind(workflow, at: 2)
            try statement.bind(previous, at: 3)
            try statement.run(binding: bytes, at: 4)
            previous = pending.lastRow
        }
    }

    /// Makes a workflow's row.
    ///
    /// - Returns: `nil` when there is one with this id.
    private func create(_ group: BatchGroup, head: Int64, bytes: Int) throws(StoreError) -> WorkflowPlace? {
        guard let summary = group.summary else {
            throw context.corrupt("the new workflow \(group.id) has no summary")
        }
        let statement = statements.createWorkflow
        try statement.bind(group.id.rawValue, at: 1)
        try bind(summary, to: statement, from: 2)
        try statement.bind(head, at: 10)
        try statement.bind(Int64(bytes), at: 11)
        try statement.run()
        guard connection.changes > 0 else { return nil }
        return WorkflowPlace(
            row: connection.lastInsertedRow, head: head, bytes: bytes, state: summary.state,
            isPassive: summary.isPassive)
    }

    private func update(_ place: WorkflowPlace, _ summary: WorkflowSummary) throws(StoreError) {
        let statement = statements.updateWorkflow
        try bind(summary, to: statement, from: 1)
        try statement.bind(place.head, at: 9)
        try statement.bind(Int64(place.bytes), at: 10)
        try statement.bind(place.row, at: 11)
        try statement.run()
    }

    private func activate(_ place: inout WorkflowPlace) throws(StoreError) {
        try statements.activateWorkflow.bind(place.row, at: 1)
        try statements.activateWorkflow.run()
        place.isPassive = false
    }

    /// Removes the workflow of an id, if there is one that may go, for the new one that takes the id.
    private func makeWay(for group: BatchGroup, _ pending: inout Pending) throws(StoreError) {
        // The row of an open one does not have its last head, nor that of this batch.
        var known: WorkflowPlace?
        if group.replaces == .any { known = pending.places.last { $0.0 == group.id }?.1 ?? heads[group.id] }
        if known == nil { known = try find(group.id) }
        guard let place = known, place.state.isTerminal || group.replaces == .any else { return }
        try remove(place)
        pending.counts[place.state] -= 1
        pending.closedBytes[place.state] -= place.bytes
    }

    private func bind(
        _ summary: WorkflowSummary, to statement: SQLStatement, from first: Int32
    ) throws(StoreError) {
        try statement.bind(summary.type, at: first)
        try statement.bind(Int64(summary.tier.rawValue), at: first + 1)
        try statement.bind(Int64(summary.state.rawValue), at: first + 2)
        try statement.bind(summary.createdAt.rawValue, at: first + 3)
        try statement.bind(summary.startedAt?.rawValue, at: first + 4)
        try statement.bind(summary.completedAt?.rawValue, at: first + 5)
        try statement.bind(summary.wakeAt?.rawValue, at: first + 6)
        try statement.bind(Int64(summary.isPassive ? 1 : 0), at: first + 7)
    }

    private func locate(_ id: WorkflowID) throws(StoreError) -> WorkflowPlace? {
        if let known = heads[id] { return known }
        return try find(id)
    }

    func find(_ id: WorkflowID) throws(StoreError) -> WorkflowPlace? {
        let statement = statements.findWorkflow
        try statement.bind(id.rawValue, at: 1)
        defer { statement.reset() }
        guard try statement.step() else { return nil }
        guard let state = WorkflowState(column: statement.integer(2)) else {
            throw context.corrupt("the workflow \(id) is in the unknown state \(statement.integer(2))")
        }
        return WorkflowPlace(
            row: statement.integer(0), head: statement.integer(1), bytes: Int(statement.integer(4)), state: state,
            isPassive: statement.integer(3) != 0)
    }
}
