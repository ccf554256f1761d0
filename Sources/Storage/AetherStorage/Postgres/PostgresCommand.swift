/// A statement and the values of its parameters, ready to be sent.
struct PostgresCommand {
    let sql: SQLText
    var parameters = PostgresParameters()
    /// Whether the statement stays prepared on the connection. Not for what is run once.
    var isPrepared = true

    init(_ sql: SQLText, isPrepared: Bool = true, _ fill: (inout PostgresParameters) -> Void = { _ in }) {
        self.sql = sql
        self.isPrepared = isPrepared
        fill(&parameters)
    }

    static let begin = PostgresCommand("BEGIN")
    static let commit = PostgresCommand("COMMIT")
    static let rollback = PostgresCommand("ROLLBACK")
    /// Several statements see one state of the database.
    static let beginReading = PostgresCommand("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
}
