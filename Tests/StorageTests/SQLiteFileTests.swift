import AetherRuntime
import Foundation
import GRDB
import Testing

@testable import AetherStorage

@Suite("The file of a SQLite store")
struct SQLiteFileTests {
    let database: TemporaryDatabase

    init() throws {
        database = try TemporaryDatabase()
    }

    /// The error that opening a path ends with.
    private func refusal(_ path: String) async throws -> StoreError {
        try await #require(throws: StoreError.self) { _ = try await database.open(path) }
    }

    @Test("commits are synced: write-ahead log, synchronous FULL")
    func durability() async throws {
        let store = try await database.open()
        #expect(try await store.pragma("journal_mode") == "wal")
        #expect(try await store.pragma("synchronous") == "2")
        #expect(try await store.pragma("application_id") == "\(DatabaseSchema.applicationID)")
        #expect(try await store.pragma("user_version") == "3")
        await store.close()
    }

    @Test("missing directories are made, and an empty file is a fresh database")
    func fresh() async throws {
        let path = database.path("a/b/c.db")
        await (try database.open(path)).close()
        #expect(FileManager.default.fileExists(atPath: path))
        let empty = database.path("empty.db")
        #expect(FileManager.default.createFile(atPath: empty, contents: Data()))
        let store = try await database.open(empty)
        #expect(try await store.commit([.start("a")]).isEmpty)
        await store.close()
    }

    @Test("closing leaves one file that has everything")
    func closing() async throws {
        let store = try await database.open()
        _ = try await store.commit([.start("a")])
        await store.close()
        #expect(!FileManager.default.fileExists(atPath: database.path() + "-wal"))
        #expect(try FileManager.default.attributesOfItem(atPath: database.path())[.size] as? Int ?? 0 > 4_096)
    }

    @Test("a file that is no database is refused as corrupt, and left as it is")
    func noDatabase() async throws {
        let path = database.path("notes.txt")
        let content = Data(String(repeating: "Dear diary, ", count: 1_000).utf8)
        try content.write(to: URL(fileURLWithPath: path))
        let error = try await refusal(path)
        #expect(error.code == .corrupt)
        #expect(error.message.contains(path))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
    }

    @Test("the database of another program is refused, and left as it is")
    func foreignDatabase() async throws {
        let path = database.path("cookies.sqlite")
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE cookie (name TEXT)") }
        try queue.close()
        let error = try await refusal(path)
        #expect(error.code == .corrupt)
        #expect(error.message.contains("another program"))
    }

    @Test("a database of a newer version is refused with both versions and what to do")
    func newerVersion() async throws {
        let path = database.path()
        await (try database.open(path)).close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = 7") }
        try queue.close()
        let error = try await refusal(path)
        #expect(error.code == .newerVersion)
        #expect(error.message.contains("version 7"))
        #expect(error.message.contains("version 3"))
        #expect(error.message.contains("use the server that wrote it"))
    }

    @Test("a database of an older version is migrated, and keeps what it has")
    func migration() async throws {
        let old = try await database.open()
        _ = try await old.commit([.start("a"), .steps("a", 2...5)])
        await old.close()
        let store = try await database.open {
            $0.schema.steps.append { try $0.execute(sql: "ALTER TABLE workflow ADD COLUMN parent TEXT") }
        }
        #expect(try await store.pragma("user_version") == "4")
        #expect(try await store.journal(of: WorkflowID(rawValue: "a"), after: 0, limit: 9).count == 5)
        _ = try await store.commit([.steps("a", 6...6)])
        await store.close()
    }

    @Test("a migration that fails leaves the database as it was")
    func failingMigration() async throws {
        await (try database.open()).close()
        let error = try await #require(throws: StoreError.self) {
            _ = try await database.open {
                $0.schema.steps.append { try $0.execute(sql: "CREATE TABLE half (x)") }
                $0.schema.steps.append { try $0.execute(sql: "CREATE TABLE workflow (x)") }
            }
        }
        #expect(error.code == .inaccessible)
        let store = try await database.open()
        #expect(try await store.pragma("user_version") == "3")
        await store.close()
        let queue = try DatabaseQueue(path: database.path())
        #expect(try await queue.read { try !$0.tableExists("half") })
    }

    @Test("a place that can't be a database is refused as inaccessible", arguments: ["file/aether.db", "directory"])
    func inaccessible(_ name: String) async throws {
        #expect(FileManager.default.createFile(atPath: database.path("file"), contents: Data("x".utf8)))
        try FileManager.default.createDirectory(atPath: database.path("directory"), withIntermediateDirectories: true)
        let error = try await refusal(database.path(name))
        #expect(error.code == .inaccessible)
        #expect(error.message.contains(database.path(name).split(separator: "/")[1]))
    }

    @Test("a second store on the file is refused with the owner's process, and let in when the first is closed")
    func lock() async throws {
        let first = try await database.open()
        let link = database.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: database.path())
        for path in [database.path(), link] {
            let error = try await refusal(path)
            #expect(error.code == .inUse)
            #expect(error.message.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
        }
        await first.close()
        await (try database.open()).close()
    }

    @Test("nothing of a replaced or a deleted workflow stays in the file")
    func forgetting() async throws {
        let store = try await database.open()
        for id in ["replaced", "deleted"] {
            _ = try await store.commit([.start(id, state: .completed), .steps(id, 2...9)])
        }
        var successor = WorkflowWrite.start("replaced", type: "second")
        successor.replaces = .closed
        #expect(try await store.commit([successor]) == [])
        #expect(try await store.delete([WorkflowID(rawValue: "deleted")]).count == 1)
        await store.close()
        let queue = try DatabaseQueue(path: database.path())
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") } == 1)
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM workflow") } == 1)
        try queue.close()
    }

    @Test("other programs can read while the store is open")
    func readers() async throws {
        let store = try await database.open()
        _ = try await store.commit([.start("a")])
        let queue = try DatabaseQueue(path: database.path())
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") } == 1)
        try queue.close()
        _ = try await store.commit([.steps("a", 2...2)])
        await store.close()
    }
}
