extension PostgresStore {
    /// How a ``PostgresStore`` works. The defaults are right for a server.
    public struct Configuration: Sendable {
        /// How many connections read at the same time; one more writes. Those that are not needed are not made.
        public var maximumReaders = 3
        /// How long a statement may take. In whole milliseconds; 0 for no limit.
        public var statementTimeout: Duration = .seconds(30)
        /// How long a statement may wait for a lock that another transaction has. In whole milliseconds; 0 for no limit.
        public var lockTimeout: Duration = .seconds(5)
        /// How long, in all, a write waits between its tries while the database can't be reached, or refuses it for a
        /// conflict. Then it fails.
        public var patience: Duration = .seconds(5)
        /// The same for a query.
        public var readPatience: Duration = .seconds(1)
        /// How long the lease of a node lasts that nothing is heard of, in whole seconds.
        public var lease: Duration = .seconds(10)
        /// Whether the store joins its database when it is opened, alone, and takes it over from whoever did so before. One that
        /// is to share it says no, and calls ``PostgresStore/join(_:replaces:)``.
        public var joinsAlone = true
        /// What measures ``patience``.
        public var clock: any Clock<Duration> = ContinuousClock()
        /// Of how many open workflows at most the writer knows the places, twice over. Others are looked up when they are
        /// written.
        public var maximumPlaces = 131_072

        package var schema = PostgresSchema.current
        /// Draws the numbers by which writes are told apart.
        package var drawMark: @Sendable () -> Int64 = { Int64.random(in: .min ... .max) }

        public init() {}
    }
}
