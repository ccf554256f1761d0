internal import AetherRuntime

/// Copies what a database file has into a PostgreSQL database, workflow by workflow, each with its journal from first to last.
///
/// Memory is for a piece of the journal, and for the rows of some thousand workflows.
final class DatabaseMigration {
    /// How many workflows, and about how many bytes of journals, go into one COPY. What the server has against it shows at
    /// its end.
    private static let workflowsPerBatch = 8_192
    private static let bytesPerBatch = 64 << 20
    /// How much is handed to libpq at once.
    private static let bytesPerPiece = 1 << 18

    private let source: DatabaseContent
    private let context: SQLContext
    private let examination: DatabaseCare.Examination?
    private let target: MigrationTarget
    private let progress: (DatabaseCare.Progress) -> Void
    private var digest = ContentDigest()
    private var tally = TallyChange()

    /// - Parameters:
    ///   - source: what is in the file.
    ///   - path: where that is.
    ///   - examination: what a check has seen in it; `nil` when there was none.
    ///   - target: what is filled.
    ///   - progress: is told now and then how far it is.
    init(
        from source: DatabaseContent, at path: String, examined examination: DatabaseCare.Examination?,
        to target: MigrationTarget,
        progress: @escaping (DatabaseCare.Progress) -> Void
    ) {
        self.source = source
        context = SQLContext(path: path, purpose: .reading)
        self.examination = examination
        self.target = target
        self.progress = progress
    }

    /// Copies everything into a target whose transaction has begun, compares, and commits.
    ///
    /// - Returns: what was copied.
    /// - Throws: ``StoreError``: `corrupt` when something of the source can't be read, `unwritable` when the target does not
    ///   have all of it, and others; `CancellationError`. The transaction is to be given up then.
    func run() throws -> ContentDigest {
        try source.begin()
        try source.readLaggingHeads()
        try target.truncate()
        try copyWorkflows()
        try target.finish(tally, incarnation: try source.incarnation())
        try compare()
        try Task.checkCancellation()
        try target.commit()
        return digest
    }

    private func copyWorkflows() throws {
        let total = Int(try source.connection.value("SELECT count(*) FROM workflow")) ?? 0
        let rows = try source.workflows()
        defer { rows.reset() }
        var isAtEnd = false
        while !isAtEnd {
            var workflows = CopyRows()
            try target.addEntries { send in
                var entries = CopyRows()
                let begin = (workflows: digest.workflows, bytes: digest.bytes)
                while digest.workflows - begin.workflows < Self.workflowsPerBatch,
                    digest.bytes - begin.bytes < Self.bytesPerBatch
                {
                    guard try rows.step() else {
                        isAtEnd = true
                        break
                    }
                    let workflow = try copyJournal(of: source.row(rows), to: &entries, send)
                    workflows.add(workflow)
                    add(workflow)
                    if digest.workflows.isMultiple(of: 64) {
                        progress(DatabaseCare.Progress(phase: .copy, done: digest.workflows, total: total))
                    }
                }
                try send(&entries)
            }
            try target.addWorkflows(workflows)
        }
        guard digest.workflows == total, examination.map({ $0.entries == digest.entries }) ?? true else {
            throw context.corrupt(
                "it has \(total) workflows, and \(digest.workflows) with \(digest.entries) journal entries were read")
        }
    }

    private func copyJournal(
        of row: WorkflowRow, to entries: inout CopyRows,
        _ send: (inout CopyRows) throws(PostgresFailure) -> Void
    ) throws -> MigratedWorkflow {
        guard let state = row.state, let tier = row.tier else {
            throw context.corrupt("the workflow \(row.id) has an unknown tier or state")
        }
        var workflow = MigratedWorkflow(
            shard: Shard(of: row.id).number,
            summary: WorkflowSummary(
                id: row.id, type: row.type, tier: tier, state: state, createdAt: row.createdAt,
                startedAt: row.startedAt,
                completedAt: row.completedAt, wakeAt: row.wakeAt, isPassive: row.isPassive),
            length: 0, bytes: 0)
        for place in try chain(of: row) {
            let (entry, encoded) = try source.entry(place)
            workflow.length += 1
            workflow.bytes += Int64(encoded.count)
            guard entry.sequence == UInt64(workflow.length) else {
                throw context.corrupt(
                    "the journal of \(row.id) has entry \(entry.sequence) in the place of \(workflow.length)")
            }
            digest.add(shard: workflow.shard, row.id.rawValue, workflow.length, encoded)
            entries.add(shard: workflow.shard, row.id, workflow.length, encoded)
            if entries.byteCount >= Self.bytesPerPiece {
                try Task.checkCancellation()
                try send(&entries)
            }
        }
        return workflow
    }

    private func chain(of row: WorkflowRow) throws(StoreError) -> [Int64] {
        switch try source.chain(to: row.head, of: row.row) {
        case .success(let places): return places
        case .failure(let broken): throw context.corrupt("the journal of \(row.id): \(broken.message)")
        }
    }

    private func add(_ workflow: MigratedWorkflow) {
        digest.add(workflow)
        let place = PostgresPlace(
            state: workflow.summary.state, isPassive: workflow.summary.isPassive, length: workflow.length,
            bytes: workflow.bytes)
        tally.move(in: Shard(of: workflow.summary.id), from: nil, to: place)
    }

    /// Reads the target back, and its numbers as a server would.
    private func compare() throws {
        let total = digest.workflows + digest.entries
        let found = try target.digest { progress(DatabaseCare.Progress(phase: .comparison, done: $0, total: total)) }
        let numbers = try target.numbers()
        var difference = found.difference(from: digest)
        if difference == nil, numbers.counts != digest.counts || numbers.closedBytes != digest.closedBytes {
            difference = "other numbers of workflows"
        }
        guard let difference else { return }
        throw StoreError(
            code: .unwritable,
            message:
                "what the database \(target.name) took is not what \(context.path) has: \(difference). Nothing was "
                + "kept; look for triggers and rules on its tables, and try again")
    }
}
