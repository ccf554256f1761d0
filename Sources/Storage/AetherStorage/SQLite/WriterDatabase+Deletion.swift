internal import AetherRuntime

extension WriterDatabase {
    /// Deletes closed workflows with their journals, in one transaction.
    ///
    /// - Returns: those that were there and closed.
    func delete(_ ids: [WorkflowID]) throws(StoreError) -> Set<WorkflowID> {
        let (deleted, remaining, remainingBytes) = try transaction { () throws(StoreError) in
            var deleted: Set<WorkflowID> = []
            var remaining = counts
            var remainingBytes = bytes
            for id in ids {
                guard let place = try find(id), place.state.isTerminal else { continue }
                try remove(place)
                remaining[place.state] -= 1
                remainingBytes[place.state] -= place.bytes
                deleted.insert(id)
            }
            if !deleted.isEmpty { try writeBookkeeping(mended: mended, counts: remaining, bytes: remainingBytes) }
            return (deleted, remaining, remainingBytes)
        }
        counts = remaining
        bytes = remainingBytes
        heads.forget(deleted)
        return deleted
    }

    /// Deletes the row and the journal of a workflow.
    func remove(_ place: WorkflowPlace) throws(StoreError) {
        try deleteJournal(from: place.head)
        try statements.deleteWorkflow.bind(place.row, at: 1)
        try statements.deleteWorkflow.run()
    }

    private func deleteJournal(from head: Int64) throws(StoreError) {
        var row = head
        while row > 0 {
            try statements.entryBefore.bind(row, at: 1)
            let isThere = try statements.entryBefore.step()
            let previous = statements.entryBefore.integer(0)
            statements.entryBefore.reset()
            guard isThere, previous < row else { throw context.corrupt("the journal's row \(row) is missing") }
            try statements.deleteEntry.bind(row, at: 1)
            try statements.deleteEntry.run()
            row = previous
        }
    }
}
