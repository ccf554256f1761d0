extension SQLiteStore {
    /// How a ``SQLiteStore`` works. The defaults are right for a server.
    public struct Configuration: Sendable {
        /// How long the heads of journals may lag in the database after their entries are committed. Entries are durable
        /// without them: a longer interval only means that more of the journal is read after a crash.
        public var headInterval: Duration = .seconds(1)
        /// What measures ``headInterval``.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// How many pages (of 4 KiB) the write-ahead log has when it is copied into the database.
        public var checkpointPages = 4_000
        /// How many workflows' places the writer keeps before it writes their heads, whatever ``headInterval`` is.
        public var maximumHeads = 131_072
        /// How many connections read at the same time.
        public var maximumReaders = 3
        /// The most pages the database may have; a commit that needs more fails as on a full disk. `nil` for no limit.
        public var maximumPages: Int?

        package var schema = DatabaseSchema.current

        public init() {}
    }
}
