internal import AetherRuntime

extension BatchPlan {
    /// The statements, in their order.
    var commands: [PostgresCommand] {
        var commands: [PostgresCommand] = []
        var tally = TallyChange()
        var gone: [WorkflowID] = []
        var new: [WorkflowDraft] = []
        var changed: [WorkflowDraft] = []
        var lengthened: [WorkflowDraft] = []
        for draft in drafts {
            // Until a workflow has ended nobody counts its bytes.
            tally.move(in: draft.shard, from: draft.before, to: draft.after)
            if draft.isReplaced { gone.append(draft.id) }
            if draft.isNew {
                new.append(draft)
            } else if draft.summary != nil {
                changed.append(draft)
            } else if let before = draft.before, before != draft.after, before.isPassive || before.state.isTerminal {
                lengthened.append(draft)
            }
        }
        if !gone.isEmpty { commands += Self.removal(of: gone) }
        if !new.isEmpty { commands.append(Self.rowCommand(Self.insertSQL, new)) }
        if !changed.isEmpty { commands.append(Self.rowCommand(Self.updateSQL, changed)) }
        if !lengthened.isEmpty { commands.append(Self.lengthCommand(lengthened)) }
        commands += journalCommands()
        if let change = tally.command { commands.append(change) }
        return commands
    }

    /// Deletes workflows with their journals.
    static func removal(of ids: [WorkflowID]) -> [PostgresCommand] {
        [removeJournalSQL, removeWorkflowSQL].map { sql in
            PostgresCommand(sql) { parameters in
                parameters.add(ids.map(Shard.init(of:)))
                parameters.add(ids.map(\.rawValue))
            }
        }
    }

    private static func rowCommand(_ sql: SQLText, _ drafts: [WorkflowDraft]) -> PostgresCommand {
        let rows = drafts.compactMap { draft in draft.summary.map { (draft, $0) } }
        return PostgresCommand(sql) { parameters in
            parameters.add(rows.map(\.0.shard))
            parameters.add(rows.map(\.1.id.rawValue))
            parameters.add(rows.map(\.1.type))
            parameters.add(rows.map(\.1.tier.rawValue))
            parameters.add(rows.map(\.1.state.rawValue))
            parameters.add(rows.map(\.1.createdAt.rawValue))
            parameters.add(rows.map(\.1.startedAt?.rawValue))
            parameters.add(rows.map(\.1.completedAt?.rawValue))
            parameters.add(rows.map(\.1.wakeAt?.rawValue))
            parameters.add(rows.map(\.1.isPassive))
            parameters.add(rows.map { $0.0.after?.length ?? 0 })
            parameters.add(rows.map { $0.0.after?.bytes ?? 0 })
        }
    }

    private static func lengthCommand(_ drafts: [WorkflowDraft]) -> PostgresCommand {
        let places = drafts.map(\.after)
        return PostgresCommand(lengthSQL) { parameters in
            parameters.add(drafts.map(\.shard))
            parameters.add(drafts.map(\.id.rawValue))
            parameters.add(places.map { $0?.isPassive ?? false })
            parameters.add(places.map { $0?.length ?? 0 })
            parameters.add(places.map { $0?.bytes ?? 0 })
        }
    }

    /// A statement's arrays are copied a few times on their way: no more than this in each.
    private static var maximumBytes: Int { 16 << 20 }
    private static var maximumRows: Int { 10_000 }

    private func journalCommands() -> [PostgresCommand] {
        var commands: [PostgresCommand] = []
        var columns = JournalColumns()
        for draft in drafts where !draft.entries.isEmpty {
            guard let after = draft.after else { continue }
            var sequence = after.length - Int64(draft.entries.count)
            for entry in draft.entries {
                sequence += 1
                columns.add(draft.shard, draft.id, sequence, entry)
                if columns.bytes >= Self.maximumBytes || columns.count >= Self.maximumRows {
                    commands.append(columns.command)
                    columns = JournalColumns()
                }
            }
        }
        if columns.count > 0 { commands.append(columns.command) }
        return commands
    }

    private static let arrays: SQLText = """
        unnest($1::smallint[], $2::text[], $3::text[], $4::smallint[], $5::smallint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::boolean[], $11::bigint[], $12::bigint[])
        """

    private static let insertSQL: SQLText = """
        INSERT INTO aether.workflow (shard, id, type, tier, state, created, started, completed, wake, passive, length, bytes)
        SELECT * FROM \(arrays)
        """

    private static let updateSQL: SQLText = """
        UPDATE aether.workflow AS w SET type = n.type, tier = n.tier, state = n.state, created = n.created,
            started = n.started, completed = n.completed, wake = n.wake, passive = n.passive, length = n.length,
            bytes = n.bytes
        FROM \(arrays) AS n (shard, id, type, tier, state, created, started, completed, wake, passive, length, bytes)
        WHERE w.shard = n.shard AND w.id = n.id
        """

    private static let lengthSQL: SQLText = """
        UPDATE aether.workflow AS w SET passive = n.passive, length = n.length, bytes = n.bytes
        FROM unnest($1::smallint[], $2::text[], $3::boolean[], $4::bigint[], $5::bigint[])
            AS n (shard, id, passive, length, bytes)
        WHERE w.shard = n.shard AND w.id = n.id
        """

    private static let removeJournalSQL: SQLText = """
        DELETE FROM aether.journal AS j USING unnest($1::smallint[], $2::text[]) AS n (shard, id)
        WHERE j.shard = n.shard AND j.workflow = n.id
        """

    private static let removeWorkflowSQL: SQLText = """
        DELETE FROM aether.workflow AS w USING unnest($1::smallint[], $2::text[]) AS n (shard, id)
        WHERE w.shard = n.shard AND w.id = n.id
        """
}
