internal import AetherRuntime

/// What is in a database file, read from outside of a server. Nothing is changed.
///
/// It is one state of the database, also beside a server that writes. Memory is for the heads that lag in the file, and for
/// where one journal's entries are.
final class DatabaseContent {
    /// Why a history can't be read.
    struct BrokenChain: Error {
        var message: String
    }

    let connection: SQLConnection
    private let context: SQLContext
    private let findLink: SQLStatement
    private let findEntry: SQLStatement
    /// The last entries of workflows whose rows have older ones: what the next server to open the file mends.
    private var lagging: [Int64: Int64] = [:]

    /// - Parameters:
    ///   - path: the file.
    ///   - purpose: what is to be done to it, as "checked": an older version's file is refused with that.
    /// - Throws: ``StoreError``: `inaccessible`, `newerVersion`, `corrupt` when it is no Aether database.
    init(path: String, toBe purpose: String) throws(StoreError) {
        context = SQLContext(path: path, purpose: .reading)
        connection = try SQLConnection(context: context, isReadOnly: true)
        let version = try DatabaseSchema.current.version(of: connection)
        guard version == DatabaseSchema.current.version else {
            throw StoreError(
                code: .inaccessible,
                message: "the database \(path) has the older version \(version), and only version "
                    + "\(DatabaseSchema.current.version) can be \(purpose); start this version's server on it once")
        }
        try connection.execute("PRAGMA cache_size = -65536")
        findLink = try connection.prepare("SELECT workflow, previous FROM journal WHERE row = ?")
        findEntry = try connection.prepare("SELECT entry FROM journal WHERE row = ?")
    }

    /// Begins the transaction in which everything is read.
    func begin() throws(StoreError) {
        try connection.execute("BEGIN")
    }

    func close() {
        connection.close()
    }

    /// To be called before any head is asked for.
    func readLaggingHeads() throws(StoreError) {
        let tail = try connection.prepare(
            "SELECT workflow, max(row) FROM journal WHERE row > (SELECT mended FROM bookkeeping) GROUP BY workflow")
        defer { tail.reset() }
        while try tail.step() { lagging[tail.integer(0)] = tail.integer(1) }
    }

    /// All workflows, for ``row(_:from:)``.
    func workflows() throws(StoreError) -> SQLStatement {
        try connection.prepare("SELECT \(WorkflowRow.columns) FROM workflow ORDER BY row")
    }

    /// The row at which a statement is.
    func row(_ statement: SQLStatement, from first: Int32 = 0) -> WorkflowRow {
        WorkflowRow(statement, from: first, lagging: lagging)
    }

    /// The last entry of a workflow: that of its row, or a later one.
    func head(_ stored: Int64, of workflow: Int64) -> Int64 {
        max(stored, lagging[workflow] ?? 0)
    }

    /// The rows of a history, first to last.
    func chain(to head: Int64, of workflow: Int64) throws(StoreError) -> Result<[Int64], BrokenChain> {
        guard head > 0 else { return .failure(BrokenChain(message: "its row points at no journal entry")) }
        var rows: [Int64] = []
        var row = head
        while row > 0 {
            try findLink.bind(row, at: 1)
            defer { findLink.reset() }
            guard try findLink.step() else {
                return .failure(BrokenChain(message: "row \(row) of its journal is missing"))
            }
            let (owner, previous) = (findLink.integer(0), findLink.integer(1))
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

    /// - Throws: ``StoreError``: `corrupt` when the row is no entry.
    func entry(_ row: Int64) throws(StoreError) -> (entry: JournalEntry, encoded: [UInt8]) {
        defer { findEntry.reset() }
        try findEntry.bind(row, at: 1)
        guard try findEntry.step() else { throw context.corrupt("row \(row) of the journal is missing") }
        let encoded = findEntry.bytes(0)
        do {
            return (try JournalEntry(encoded: encoded), encoded)
        } catch {
            throw StoreError(code: .corrupt, message: "row \(row) of its journal is no entry: \(error)")
        }
    }

    /// Which life the database is in: see ``WorkflowStore/incarnation``.
    ///
    /// - Throws: ``StoreError``: `corrupt` when there is no row of it.
    func incarnation() throws(StoreError) -> Int64 {
        let row = try connection.prepare("SELECT incarnation FROM bookkeeping")
        defer { row.reset() }
        guard try row.step() else { throw context.corrupt("it has no row of bookkeeping") }
        return row.integer(0)
    }
}
