internal import AetherActors
internal import AetherRuntime
internal import AetherStorage
internal import Logging

/// The database of a server, opened.
struct OpenDatabase {
    let store: any WorkflowStore
    /// As people name it, without a password; empty for a store of the caller's.
    let name: String
    /// The time of the newest of what is in it: the server's clock goes on from there. `nil` where there is none.
    let newestTime: Timestamp?

    /// - Throws: `StoreError` when it can't be opened; the message says why and what to do.
    init(_ location: DatabaseLocation, instruments: EngineMetrics) async throws(StoreError) {
        switch location {
        case .file(let path):
            var configuration = SQLiteStore.Configuration()
            configuration.synced = { instruments.synced(in: $0) }
            await self.init(try await SQLiteStore(path: path, configuration: configuration), name: path)
        case .postgres(let url):
            var configuration = PostgresStore.Configuration()
            configuration.joinsAlone = false
            let postgres = try await PostgresStore(url: url, configuration: configuration)
            await self.init(postgres, name: postgres.name)
        }
    }

    init(_ store: any WorkflowStore, name: String = "") async {
        // An entry that can't be read is the trouble of who needs it.
        (self.store, self.name, newestTime) = (store, name, (try? await store.newestTime()) ?? nil)
    }
}
