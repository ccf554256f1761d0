/// Makes connections that keep a store's promises.
struct PostgresSession: Sendable {
    let target: PostgresTarget
    let statementTimeout: Duration
    let lockTimeout: Duration

    /// How long a transaction may wait for its next statement before the server ends it: what is left of a server that
    /// vanished in its middle must not hold its locks for long.
    private static let idleTimeout = Duration.seconds(10)
    /// What the network may take in addition to what the server may.
    private static let grace = Duration.seconds(5)

    /// Connects and sets what must hold for the connection.
    ///
    /// - Throws: ``PostgresFailure``: `lost` when there is no connection to be had, `unusable` when the database does not
    ///   keep what it has committed.
    func connect() throws(PostgresFailure) -> PostgresConnection {
        let connection = try PostgresConnection(target, answerTimeout: statementTimeout + Self.grace)
        let rows = try connection.run([
            PostgresCommand(Self.settings, isPrepared: false) {
                $0.add(Self.milliseconds(statementTimeout))
                $0.add(Self.milliseconds(lockTimeout))
                $0.add(Self.milliseconds(Self.idleTimeout))
            }
        ])
        guard let row = rows.first, row.count == 1 else { throw .lost("the server did not take the settings") }
        guard row.text(0, 0) != "off" else {
            throw PostgresFailure(kind: .unusable, message: "its server runs with fsync = off; turn it on")
        }
        guard row.text(0, 1) == "UTF8" else {
            throw PostgresFailure(
                kind: .unusable, message: "its encoding is \(row.text(0, 1)); create it with ENCODING 'UTF8'")
        }
        return connection
    }

    /// A commit is durable when it returns; `remote_apply` is that and more. What a server does not know is no setting of it.
    private static let settings: SQLText = """
        SELECT coalesce(current_setting('fsync', true), ''), current_setting('server_encoding'),
            set_config('synchronous_commit', CASE current_setting('synchronous_commit', true)
                WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
            set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
            set_config('idle_in_transaction_session_timeout', $3, false)
        """

    private static func milliseconds(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        return String(seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
    }
}
