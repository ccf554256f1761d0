public import AetherRuntime

/// A store in a PostgreSQL database: what it has committed survives the server, and the machine if the database does.
///
/// Every ``commit(_:)`` is one transaction with `synchronous_commit` on, sent in one go and answered in one go for most
/// batches. A connection that breaks is made anew, and a write whose outcome is not known is settled before anything else is
/// written (see `PostgresWriter`). Several servers may share a database: see ``SharedStore``.
///
/// It speaks with the database through libpq, which is loaded when the first such store is opened. libpq reads the URL, with
/// all its parameters for TLS, several hosts and time limits, and the environment: `PGPASSWORD`, `PGPASSFILE`,
/// `PGSSLROOTCERT` and so on (https://www.postgresql.org/docs/current/libpq-connect.html).
public final class PostgresStore: SharedStore {
    /// The database as messages name it, without a password.
    public let name: String
    private let writer: PostgresWriter
    private let readers: PostgresReaders
    private let state: PostgresState
    public let incarnation: UInt64
    public let leaseDuration: Duration

    /// Opens a database, making the tables in its schema `aether` when they are missing. Tables of an older version are
    /// migrated in one transaction.
    ///
    /// - Parameters:
    ///   - url: `postgres://user@host/database?…`; its `connect_timeout`, 5 seconds unless it says otherwise, is how long
    ///     each of its hosts may take to answer.
    ///   - configuration: how it works.
    /// - Throws: ``StoreError``: `newerVersion` when a newer server wrote it, `corrupt` when the schema is another
    ///   program's, `inaccessible` when libpq is missing, or the database can't be reached, read and written.
    public init(url: String, configuration: Configuration = Configuration()) async throws(StoreError) {
        let session = PostgresSession(
            target: try PostgresTarget(url), statementTimeout: configuration.statementTimeout,
            lockTimeout: configuration.lockTimeout)
        let state = PostgresState()
        let writer = PostgresWriter(session: session, configuration: configuration, state: state)
        incarnation = try await writer.open()
        leaseDuration = configuration.lease
        name = session.target.name
        self.writer = writer
        self.state = state
        readers = PostgresReaders(
            count: configuration.maximumReaders, session: session, configuration: configuration, state: state)
        if configuration.joinsAlone {
            let id = "\(UInt64.random(in: .min ... .max))"
            try await join(ClusterNode(id: id, address: "", version: ""), replaces: true)
            try await change(evictions: [], claims: .all, releases: ShardSet())
            await serve(.all)
        }
    }

    public func join(_ node: ClusterNode, replaces: Bool) async throws(StoreError) {
        try await writer.join(node, replaces: replaces)
    }

    public func renew() async throws(StoreError) -> Membership { try await writer.renew() }

    public func change(evictions: [String], claims: ShardSet, releases: ShardSet) async throws(StoreError) {
        try await writer.change(evictions: evictions, claims: claims, releases: releases)
    }

    public func serve(_ shards: ShardSet) async { await writer.serve(shards) }

    public var committer: (any SerialExecutor & TaskExecutor)? { writer.thread }

    public func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        try await writer.commit(batch)
    }

    public func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try await readers.read { (query) throws(PostgresFailure) in try query.summary(of: id) }
    }

    public func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) async throws(StoreError) -> [WorkflowID: StoredWorkflow] {
        try await readers.read { (query) throws(PostgresFailure) in try query.workflows(ids, entries: limit) }
    }

    public func journal(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(StoreError) -> [JournalEntry] {
        try await readers.read { (query) throws(PostgresFailure) in
            try query.journal(of: id, after: after, limit: limit)
        }
    }

    public func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try await readers.read { (query) throws(PostgresFailure) in try query.lastEntry(of: id) }
    }

    public func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await readers.read { (query) throws(PostgresFailure) in
            try query.list(filter, after: cursor, limit: limit)
        }
    }

    /// The time of what was created last, of that which is there: a server's clock is to go on from there.
    public func newestTime() async throws(StoreError) -> Timestamp? {
        try await readers.read { (query) throws(PostgresFailure) in try query.newestTime() }
    }

    public func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await readers.read { (query) throws(PostgresFailure) in try query.types(prefix: prefix, limit: limit) }
    }

    public func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await openWorkflows(in: state.current.served, after: after, limit: limit)
    }

    public func openWorkflows(
        in shards: ShardSet, after: WorkflowID?, limit: Int
    ) async throws(StoreError) -> [WorkflowID] {
        try await readers.read { (query) throws(PostgresFailure) in
            try query.openWorkflows(in: shards, after: after, limit: limit)
        }
    }

    public func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        let shards = state.current.served
        return try await readers.read { (query) throws(PostgresFailure) in
            try query.dueWorkflows(in: shards, before: instant, limit: limit)
        }
    }

    public func nextWake() async throws(StoreError) -> Timestamp? {
        let shards = state.current.served
        return try await readers.read { (query) throws(PostgresFailure) in try query.nextWake(in: shards) }
    }

    /// How long numbers stand that this server has changed nothing of. Others may.
    private static let countsLifetime = Duration.seconds(10)

    /// How many workflows there are in each state. What other servers have changed is in it after 10 seconds at most: an idle server asks its
    /// database for little.
    public func counts() async throws(StoreError) -> WorkflowCounts {
        let values = state.current
        if let last = values.counts, last.writes == values.writes, !values.isClosed, !values.isUnsettled,
            last.readAt.duration(to: .now) < Self.countsLifetime
        {
            return last.value
        }
        let now = ContinuousClock.now
        let counts = try await readers.read { (query) throws(PostgresFailure) in try query.counts() }
        state.update { $0.counts = (counts, values.writes, now) }
        return counts
    }

    public func closedBytes() async throws(StoreError) -> ClosedBytes {
        try await readers.read { (query) throws(PostgresFailure) in try query.closedBytes() }
    }

    public func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        guard state.isTerminal else { return [] }
        let shards = self.state.current.served
        return try await readers.read { (query) throws(PostgresFailure) in
            try query.closedWorkflows(state, in: shards, after: cursor, limit: limit)
        }
    }

    /// Forgets closed workflows with their entries, all of them in one transaction: hand in some hundred at a time.
    ///
    /// - Throws: ``StoreError``; nothing is deleted then.
    public func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        try await writer.delete(ids)
    }

    public func probe() async throws(StoreError) {
        try await writer.probe()
    }

    public func close() async {
        state.update { $0.isClosed = true }
        await readers.close()
        await writer.close()
    }

    /// What the store has written since it was opened.
    public func statistics() -> StoreStatistics {
        state.current.statistics
    }
}
