/// The writer's prepared statements.
struct WriterStatements {
    let begin: SQLStatement
    let commit: SQLStatement
    let rollback: SQLStatement
    let appendEntry: SQLStatement
    let appendFiller: SQLStatement
    let entryBefore: SQLStatement
    let deleteEntry: SQLStatement
    let createWorkflow: SQLStatement
    let updateWorkflow: SQLStatement
    let activateWorkflow: SQLStatement
    let findWorkflow: SQLStatement
    let deleteWorkflow: SQLStatement
    let writeHead: SQLStatement
    let journalTail: SQLStatement
    let readHead: SQLStatement
    let writeBookkeeping: SQLStatement

    init(_ connection: SQLConnection) throws(StoreError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        appendEntry = try connection.prepare(
            "INSERT INTO journal (row, workflow, previous, entry) VALUES (?, ?, ?, ?)")
        appendFiller = try connection.prepare(
            "INSERT INTO journal (row, workflow, previous, entry) VALUES (?, 0, 0, zeroblob(65536))")
        entryBefore = try connection.prepare("SELECT previous FROM journal WHERE row = ?")
        deleteEntry = try connection.prepare("DELETE FROM journal WHERE row = ?")
        createWorkflow = try connection.prepare(
            """
            INSERT INTO workflow (id, type, tier, state, created, started, completed, wake, passive, head, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """)
        updateWorkflow = try connection.prepare(
            """
            UPDATE workflow SET type = ?, tier = ?, state = ?, created = ?, started = ?, completed = ?, wake = ?,
                passive = ?, head = ?, bytes = ?
            WHERE row = ?
            """)
        activateWorkflow = try connection.prepare("UPDATE workflow SET passive = 0 WHERE row = ?")
        findWorkflow = try connection.prepare("SELECT row, head, state, passive, bytes FROM workflow WHERE id = ?")
        deleteWorkflow = try connection.prepare("DELETE FROM workflow WHERE row = ?")
        writeHead = try connection.prepare("UPDATE workflow SET head = ?1, bytes = ?3 WHERE row = ?2 AND head < ?1")
        journalTail = try connection.prepare(
            "SELECT workflow, row, length(entry) FROM journal WHERE row > ? ORDER BY row")
        readHead = try connection.prepare("SELECT head, bytes FROM workflow WHERE row = ?")
        writeBookkeeping = try connection.prepare(
            """
            UPDATE bookkeeping SET mended = ?, pending = ?, running = ?, completed = ?, failed = ?, cancelled = ?,
                completed_bytes = ?, failed_bytes = ?, cancelled_bytes = ?
            """)
    }
}
