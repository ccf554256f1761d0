internal import AetherRuntime

/// Checks a database: everything that an engine relies on when it reads it back.
///
/// It sees one state of the database, also beside a server that writes, and changes nothing.
final class DatabaseDoctor {
    let content: DatabaseContent
    let find: SQLStatement
    private var connection: SQLConnection { content.connection }
    /// Is told of each finding, in the order in which they are found.
    let report: (DatabaseFinding) -> Void
    private let progress: (DatabaseCare.Progress) -> Void
    var families = FamilyCache()
    var examination = DatabaseCare.Examination()
    private var counted = WorkflowCounts()
    private var bytes = ClosedBytes()

    /// - Throws: ``StoreError``: `inaccessible`, `newerVersion`, `corrupt` when it is no Aether database.
    init(
        path: String, report: @escaping (DatabaseFinding) -> Void,
        progress: @escaping (DatabaseCare.Progress) -> Void
    ) throws(StoreError) {
        content = try DatabaseContent(path: path, toBe: "checked")
        find = try content.connection.prepare("SELECT row, head FROM workflow WHERE id = ?")
        self.report = report
        self.progress = progress
    }

    /// Checks everything.
    ///
    /// - Throws: ``StoreError`` when the file can't be read, or not on; `CancellationError` in a task that is cancelled.
    func run() throws -> DatabaseCare.Examination {
        defer { content.close() }
        do throws(StoreError) {
            try content.begin()
            try checkFile()
            try content.readLaggingHeads()
        } catch  where error.code == .corrupt {
            found(DatabaseFinding(.file, error.message))
            return examination
        }
        do {
            try checkWorkflows()
            try checkCounts()
            try findStrayEntries()
        } catch let error as StoreError where error.code == .corrupt {
            found(DatabaseFinding(.file, error.message))
        }
        return examination
    }

    func found(_ finding: DatabaseFinding) {
        examination.findings += 1
        report(finding)
    }

    /// What SQLite itself says: pages, indexes against their tables, constraints.
    private func checkFile() throws(StoreError) {
        progress(DatabaseCare.Progress(phase: .file, done: 0, total: 0))
        let check = try connection.prepare("PRAGMA integrity_check(100)")
        defer { check.reset() }
        while try check.step() {
            let line = check.text(0)
            if line != "ok" { found(DatabaseFinding(.file, "SQLite finds: \(line)")) }
        }
    }

    private func checkWorkflows() throws {
        let total = Int(try connection.value("SELECT ifnull(max(row), 0) FROM workflow")) ?? 0
        let rows = try content.workflows()
        defer { rows.reset() }
        while try rows.step() {
            if examination.workflows.isMultiple(of: 256) {
                try Task.checkCancellation()
                progress(DatabaseCare.Progress(phase: .workflows, done: Int(rows.integer(0)), total: total))
            }
            examination.workflows += 1
            let row = content.row(rows)
            guard let state = row.state, let tier = row.tier else {
                found(DatabaseFinding(.state, of: row.id, "its row has an unknown state or tier"))
                continue
            }
            counted[state] += 1
            bytes[state] += row.bytes
            try check(row, state, tier)
        }
    }

    private func checkCounts() throws(StoreError) {
        let row = try connection.prepare(

            """
            SELECT pending, running, completed, failed, cancelled, 0, 0, completed_bytes, failed_bytes, cancelled_bytes
            FROM bookkeeping
            """)
        defer { row.reset() }
        guard try row.step() else { return found(DatabaseFinding(.count, "it has no row of bookkeeping")) }
        for (column, state) in WorkflowState.allCases.enumerated() {
            let recorded = row.integer(Int32(column))
            if recorded != counted[state] {
                found(
                    DatabaseFinding(.count, "it has \(counted[state]) \(state.name) workflows, and counted \(recorded)")
                )
            }
            let size = row.integer(Int32(column + 5))
            if size != bytes[state] {
                found(
                    DatabaseFinding(
                        .count, "its \(state.name) workflows take \(bytes[state]) bytes, and it counted \(size)"))
            }
        }
    }

    /// Finds rows of the journal that no workflow's history has. They are looked for only when there are more rows than
    /// the histories have.
    private func findStrayEntries() throws {
        let total = Int(try connection.value("SELECT count(*) FROM journal")) ?? 0
        guard total != examination.entries else { return }
        let groups = try connection.prepare(
            """
            SELECT tally.workflow, tally.entries, \(WorkflowRow.columns) FROM
                (SELECT workflow, count(*) AS entries FROM journal GROUP BY workflow) AS tally
                LEFT JOIN workflow ON workflow.row = tally.workflow
            """)
        defer { groups.reset() }
        while try groups.step() {
            try Task.checkCancellation()
            let entries = Int(groups.integer(1))
            guard groups.optionalInteger(2) != nil else {
                found(
                    DatabaseFinding(
                        .strayEntries, "\(entries) journal entries belong to no workflow (row \(groups.integer(0)))"))
                continue
            }
            let row = content.row(groups, from: 2)
            // One that is broken is found already.
            guard case .success(let chain) = try content.chain(to: row.head, of: row.row), chain.count < entries else {
                continue
            }
            found(
                DatabaseFinding(
                    .strayEntries, of: row.id, "\(entries - chain.count) of its journal entries are not in its history")
            )
        }
    }
}
