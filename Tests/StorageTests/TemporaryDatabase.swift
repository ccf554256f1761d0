import AetherStorage
import Foundation

/// A directory of a test's own, gone with it.
final class TemporaryDatabase: Sendable {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("aether-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    func path(_ name: String = "aether.db") -> String {
        directory.appendingPathComponent(name).path
    }

    /// A path nothing is at yet.
    func freshPath() -> String { path("\(UUID().uuidString).db") }

    /// What would be left of a database if its process were killed now.
    func copy(_ path: String) throws -> String {
        let copy = freshPath()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        return copy
    }

    /// A store whose heads are written only when it is closed, or when a test asks.
    func open(
        _ path: String? = nil, _ change: (inout SQLiteStore.Configuration) -> Void = { _ in }
    ) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        configuration.headInterval = .seconds(86_400)
        change(&configuration)
        return try await SQLiteStore(path: path ?? self.path(), configuration: configuration)
    }
}
