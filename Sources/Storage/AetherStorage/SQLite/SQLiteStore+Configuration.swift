extension SQLiteStore {
    /// How a ``SQLiteStore`` works. The defaults are right for a server.
    public struct Configuration: Sendable {
        /// How long nothing has to be committed until the lagging heads of journals are written. Entries are durable
        /// without them: it only bounds how much of the journal is read after a crash.
        public var headInterval: Duration = .seconds(1)
        /// What measures ``headInterval``.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// How many pages (of 4 KiB) the write-ahead log has when it is copied into the database.
        public var checkpointPages = 4_000
        /// How many journal entries there may be behind the written heads while commits go on: what is read after a
        /// crash, at about a million entries a second.
        public var maximumTail = 500_000
        /// How many workflows' places the writer keeps before it writes their heads, whatever ``headInterval`` is.
        public var maximumHeads = 131_072
        /// How many connections read at the same time.
        public var maximumReaders = 3
        /// The most pages the database may have; a commit that needs more fails as on a full disk. `nil` for no limit.
        public var maximumPages: Int?

        package var schema = DatabaseSchema.current
        /// Is told, on the writer's thread, how long each transaction took to reach the disk, as ``clock`` measures it.
        package var synced: (@Sendable (Duration) -> Void)?

        public init() {}
    }
}
