#if Embedded
    public import AetherStorage
    public import Logging

    extension AetherClient {
        /// A client whose server is part of this process: for scripts and small services, without a port and without anything to
        /// start beside them.
        ///
        /// ```swift
        /// let client = AetherClient.embedded(database: "orders.db")
        /// ```
        ///
        /// The server is the one of `aether serve`, and as durable: a script that was killed goes on, when it is run again, where it
        /// was. It runs while ``serve(_:_:)`` does; starting workflows and asking for them is for the body.
        ///
        /// One process at a time can have the database; ``serve(_:_:)`` throws when another one has.
        ///
        /// - Parameters:
        ///   - database: the path of an SQLite file; made, with its directory, if it isn't there.
        ///   - workerID: what the history calls this worker. The same whenever the script runs, so that it takes up at once what its
        ///     former process had.
        ///   - service: the service this worker is part of.
        ///   - configuration: limits.
        ///   - logger: hears of trouble.
        /// - Returns: the client; nothing is opened yet.
        public static func embedded(
            database: String, workerID: String = "embedded", service: String? = nil,
            configuration: Configuration = Configuration(), logger: Logger = Logger(label: "aether")
        ) -> AetherClient {
            AetherClient(
                .embedded(EmbeddedServer(.file(database))), workerID: workerID, service: service,
                configuration: configuration, logger: logger)
        }

        /// The same over a store of one's own, which keeps the contract of `WorkflowStore`: `AetherStoreConformance` tests that.
        ///
        /// ```swift
        /// let client = AetherClient.embedded(store: { try await FileStore(path: "orders.log") })
        /// ```
        ///
        /// - Parameters:
        ///   - open: opens the store whenever ``serve(_:_:)`` begins, which closes it at its end, and throws what it throws.
        ///   - workerID: what the history calls this worker. The same whenever the script runs, so that it takes up at once what its
        ///     former process had.
        ///   - service: the service this worker is part of.
        ///   - configuration: limits.
        ///   - logger: hears of trouble.
        /// - Returns: the client; nothing is opened yet.
        public static func embedded(
            store open: @escaping @Sendable () async throws -> any WorkflowStore, workerID: String = "embedded",
            service: String? = nil, configuration: Configuration = Configuration(),
            logger: Logger = Logger(label: "aether")
        ) -> AetherClient {
            AetherClient(
                .embedded(EmbeddedServer(.store(open))), workerID: workerID, service: service,
                configuration: configuration, logger: logger)
        }
    }
#endif
