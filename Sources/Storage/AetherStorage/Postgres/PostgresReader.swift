/// One connection that reads, on a thread of its own. It connects when it is first asked.
actor PostgresReader {
    private nonisolated let thread = DedicatedThread(name: "aether-postgres-reader")
    private let session: PostgresSession
    private let configuration: PostgresStore.Configuration
    private let state: PostgresState
    private var connection: PostgresConnection?

    init(session: PostgresSession, configuration: PostgresStore.Configuration, state: PostgresState) {
        self.session = session
        self.configuration = configuration
        self.state = state
    }

    deinit {
        thread.stop()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Runs a query; once more, on a new connection, when the connection broke.
    func read<Value: Sendable>(
        _ body: @Sendable (PostgresQuery) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        let context = PostgresContext(name: session.target.name, purpose: .reading)
        var budget = RetryBudget(patience: configuration.readPatience)
        while true {
            try check(context)
            let failure: PostgresFailure
            do throws(PostgresFailure) {
                let connection = try connected()
                do throws(PostgresFailure) {
                    return try body(PostgresQuery(connection: connection))
                } catch {
                    if !error.isLost { _ = try? connection.run([.rollback]) }
                    throw error
                }
            } catch {
                failure = error
            }
            if failure.isLost { connection = nil }
            guard let delay = budget.delay(after: failure) else { throw context.error(failure) }
            do {
                try await configuration.clock.sleep(for: delay)
            } catch {
                throw context.error(failure)
            }
        }
    }

    func close() {
        connection = nil
        thread.stop()
    }

    private func connected() throws(PostgresFailure) -> PostgresConnection {
        if let connection, connection.isAlive() { return connection }
        let fresh = try session.connect()
        connection = fresh
        return fresh
    }

    private func check(_ context: PostgresContext) throws(StoreError) {
        let current = state.current
        guard !current.isClosed else {
            throw StoreError(code: .closed, message: "the database \(context.name) is closed")
        }
        guard !current.isUnsettled else {
            throw context.error(.lost("whether the last write is in it is not known until it can be written again"))
        }
    }
}
