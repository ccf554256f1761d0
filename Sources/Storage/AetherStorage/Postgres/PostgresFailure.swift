internal import AetherRuntime

/// Why a call of PostgreSQL failed. ``PostgresContext`` makes a ``StoreError`` of it.
struct PostgresFailure: Error {
    enum Kind: Equatable {
        /// There is no connection, or it broke: what was sent may have been executed or not.
        case lost
        /// The server refused a statement and has undone its transaction; the SQLSTATE
        /// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
        case refused(String)
        /// The content contradicts itself.
        case damaged
        /// The node was evicted: others may own its shards.
        case fenced
        /// There is no node yet.
        case unjoined
        /// Another node has the address.
        case addressInUse(String)
        /// A write of a workflow whose shard is not this node's.
        case unserved(WorkflowID)
        /// The database can't be used as it is set up.
        case unusable
    }

    var kind: Kind
    var message: String
    /// The constraint that was violated, if it was that.
    var constraint = ""

    static func lost(_ message: String) -> PostgresFailure { PostgresFailure(kind: .lost, message: message) }

    static func damaged(_ message: String) -> PostgresFailure { PostgresFailure(kind: .damaged, message: message) }

    /// An error that the server reported. Some of them end the connection.
    static func server(_ state: String, _ message: String, constraint: String) -> PostgresFailure {
        let endsConnection = state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
        return PostgresFailure(
            kind: endsConnection ? .lost : .refused(state), message: message, constraint: constraint)
    }

    var isLost: Bool { kind == .lost }

    /// Whether the same may succeed at once: a serialization failure, a deadlock, a lock that another one had too long.
    var isConflict: Bool { [.refused("40001"), .refused("40P01"), .refused("55P03")].contains(kind) }

    /// Whether a key was there already.
    var isDuplicate: Bool { kind == .refused("23505") }

    /// Whether the server can't write at all, because it is a standby: another one may be the primary now.
    var isReadOnly: Bool { kind == .refused("25006") }
}
