import AetherRuntime
import AetherStorage
import AetherStoreConformance
import Foundation
import Testing

@testable import FileStore

@Suite("A store that appends to a file")
struct FileStoreTests {
    /// A folder that goes with the test.
    final class Folder: Sendable {
        let path = FileManager.default.temporaryDirectory.appending(path: "file-store-\(UUID())").path

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func file() -> String { path + "/\(UUID()).log" }
    }

    @Test("keeps the contract of WorkflowStore", arguments: StoreConformance.checks)
    func conformance(_ check: StoreCheck) async throws {
        let folder = try Folder()
        let conformance = StoreConformance(
            reopen: { try await FileStore(path: #require($0 as? FileStore).path) },
            crash: { store in
                let left = folder.file()
                try await FileManager.default.copyItem(atPath: #require(store as? FileStore).path, toPath: left)
                return try await FileStore(path: left)
            },
            makeStore: { try await FileStore(path: folder.file()) })
        try await conformance.run(check)
    }

    @Test("has what was accepted, and nothing else, wherever a crash cuts the file off")
    func torn() async throws {
        let folder = try Folder()
        let path = folder.file()
        let store = try await FileStore(path: path)
        var ends = [0]
        for id in ["a", "b", "c"] {
            _ = try await store.commit([start(id)])
            ends.append(try #require(FileManager.default.contents(atPath: path)).count)
        }
        await store.close()
        let whole = try #require(FileManager.default.contents(atPath: path))
        for size in 0...whole.count {
            let left = folder.file()
            try whole.prefix(size).write(to: URL(filePath: left))
            let again = try await FileStore(path: left)
            let accepted = ends.dropFirst().count { $0 <= size }
            #expect(try await again.counts()[.running] == accepted, "\(size) bytes")
            _ = try await again.commit([start("d")])
            await again.close()
            let third = try await FileStore(path: left)
            #expect(try await third.counts()[.running] == accepted + 1, "\(size) bytes, and one more")
            await third.close()
        }
    }

    @Test("refuses a file that another process has, and one that is no file")
    func refused() async throws {
        let folder = try Folder()
        let path = folder.file()
        let store = try await FileStore(path: path)
        let inUse = await #expect(throws: StoreError.self) { _ = try await FileStore(path: path) }
        #expect(inUse?.code == .inUse)
        await store.close()
        let folderAsFile = await #expect(throws: StoreError.self) { _ = try await FileStore(path: folder.path) }
        #expect(folderAsFile?.code == .inaccessible)
    }

    private func start(_ id: String) -> WorkflowWrite {
        let created = Timestamp(millisecondsSinceEpoch: 1)
        let id = WorkflowID(rawValue: id)
        let entry = JournalEntry(sequence: 1, time: created, event: .cancelRequested)
        return WorkflowWrite(
            id: id,
            summary: WorkflowSummary(id: id, type: "greet", tier: .stateActionLog, state: .running, createdAt: created),
            isNew: true, entries: [entry])
    }
}
