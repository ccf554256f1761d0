internal import Synchronization

/// Connections that read at the same time. Each query goes to the one with the fewest before it.
final class PostgresReaders: Sendable {
    private let readers: [PostgresReader]
    /// How many queries each has.
    private let load: Mutex<[Int]>

    /// Makes so many, at least one.
    init(count: Int, session: PostgresSession, configuration: PostgresStore.Configuration, state: PostgresState) {
        readers = (0..<max(1, count)).map { _ in
            PostgresReader(session: session, configuration: configuration, state: state)
        }
        load = Mutex(Array(repeating: 0, count: readers.count))
    }

    func read<Value: Sendable>(
        _ body: @Sendable (PostgresQuery) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        let index = load.withLock { load in
            let least = load.indices.min { load[$0] < load[$1] } ?? 0
            load[least] += 1
            return least
        }
        defer { load.withLock { $0[index] -= 1 } }
        return try await readers[index].read(body)
    }

    func close() async {
        for reader in readers { await reader.close() }
    }
}
