/// Copies the write-ahead log into the database on a thread and a connection of its own, so that commits go on
/// meanwhile (https://sqlite.org/wal.html#ckpt).
actor LogCheckpointer {
    private let path: String
    private let thread: DedicatedThread
    private var connection: SQLConnection?

    init(path: String) {
        self.path = path
        thread = DedicatedThread(name: "aether-checkpoint")
    }

    deinit {
        thread.stop()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Copies what is in the log. A failure is not reported: nothing is lost by it, the log grows and the next run, or
    /// the next commit, meets the same trouble.
    func run() {
        if connection == nil {
            connection = try? SQLConnection(context: SQLContext(path: path, purpose: .writing))
            try? connection?.execute("PRAGMA synchronous = FULL")
        }
        _ = try? connection?.checkpointLog()
    }

    func close() {
        connection?.close()
        connection = nil
        thread.stop()
    }
}
