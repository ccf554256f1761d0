import AetherRuntime
import AetherStorage
import Foundation

/// Appends entries for 100,000 interleaved workflows to a fresh database, in batches of several sizes, then starts and
/// closes workflows of one step. Usage: `StorageBenchmark [directory [batch…]]` for SQLite, and
/// `StorageBenchmark postgres://… [batch…]` for a PostgreSQL database that has no workflows yet.
@main
struct StorageBenchmark {
    static let workflows = 100_000

    static func main() async throws {
        let parent = CommandLine.arguments.dropFirst().first ?? FileManager.default.currentDirectoryPath
        let only = CommandLine.arguments.dropFirst(2).compactMap(Int.init)
        let batches = only.isEmpty ? [1, 10, 100, 1_000] : only
        if parent.hasPrefix("postgres") { return try await runPostgres(parent, batches) }
        for batch in batches {
            let directory = URL(fileURLWithPath: parent).appendingPathComponent("storage-benchmark-\(batch)")
            try? FileManager.default.removeItem(at: directory)
            let store = try await SQLiteStore(path: directory.appendingPathComponent("aether.db").path)
            try await append(store, batch: batch)
            try await oneStep(store, batch: batch)
            await store.close()
            try? FileManager.default.removeItem(at: directory)
        }
    }

    static func runPostgres(_ url: String, _ batches: [Int]) async throws {
        let store = try await PostgresStore(url: url)
        for batch in batches {
            try await append(store, batch: batch)
            try await oneStep(store, batch: batch)
        }
        await store.close()
    }

    /// An id of its own for each size of batch, because they may share a database.
    static func id(_ kind: String, _ batch: Int, _ number: Int) -> WorkflowID {
        WorkflowID(rawValue: "018f2b1c-\(kind)-7000-" + String(format: "%04x-%012d", batch, number))
    }

    static func append(_ store: any WorkflowStore, batch: Int) async throws {
        let ids = (0..<workflows).map { id("0000", batch, $0) }
        for first in stride(from: 0, to: workflows, by: 1_000) {
            _ = try await store.commit(ids[first..<first + 1_000].map { start($0) })
        }
        var sequence: UInt64 = 1
        var next = 0
        let entries = min(600_000, batch * 20_000)
        try await measure("append", batch: batch, count: entries) {
            for _ in 0..<entries / batch {
                var writes: [WorkflowWrite] = []
                writes.reserveCapacity(batch)
                for _ in 0..<batch {
                    if next == 0 { sequence += 1 }
                    writes.append(WorkflowWrite(id: ids[next], summary: nil, entries: [step(sequence)]))
                    // A stride that is prime to the number of workflows visits all of them, neighbours far apart.
                    next = (next + 38_197) % workflows
                }
                _ = try await store.commit(writes)
            }
        }
    }

    static func oneStep(_ store: any WorkflowStore, batch: Int) async throws {
        let count = min(50_000, batch * 1_000)
        try await measure("one-step workflows", batch: batch, count: count) {
            for first in stride(from: 0, to: count, by: batch) {
                let ids = (first..<first + batch).map { id("0001", batch, $0) }
                _ = try await store.commit(ids.map { start($0, state: .pending) })
                _ = try await store.commit(
                    ids.map {
                        WorkflowWrite(id: $0, summary: summary($0, .running), entries: [step(2)])
                    })
                _ = try await store.commit(
                    ids.map {
                        let entry = JournalEntry(
                            sequence: 3, time: Timestamp(rawValue: 2), event: .closed(.completed([0x31])))
                        return WorkflowWrite(id: $0, summary: summary($0, .completed), entries: [entry])
                    })
            }
        }
    }

    static func measure(_ name: String, batch: Int, count: Int, _ body: () async throws -> Void) async rethrows {
        let before = clock()
        let elapsed = try await ContinuousClock().measure(body)
        let processor = Double(clock() - before) / Double(CLOCKS_PER_SEC)
        let seconds = elapsed / .seconds(1)
        let line = String(
            format: "%.0f per s, %.2f us CPU each", Double(count) / seconds, processor * 1e6 / Double(count))
        print("\(name), batch \(batch): \(line)")
        fflush(nil)
    }

    static func summary(_ id: WorkflowID, _ state: WorkflowState) -> WorkflowSummary {
        WorkflowSummary(
            id: id, type: "order", tier: .stateActionLog, state: state,
            createdAt: Timestamp(rawValue: 1_700_000_000_000),
            startedAt: state == .pending ? nil : Timestamp(rawValue: 1_700_000_000_001))
    }

    static func start(_ id: WorkflowID, state: WorkflowState = .running) -> WorkflowWrite {
        let event = JournalEvent.started(WorkflowStart(type: "order", input: [0x31], tier: .stateActionLog, seed: 1))
        let entry = JournalEntry(sequence: 1, time: Timestamp(rawValue: 1), event: event)
        return WorkflowWrite(id: id, summary: summary(id, state), isNew: true, entries: [entry])
    }

    static let result = [UInt8](repeating: 0x20, count: 110)

    static func step(_ sequence: UInt64) -> JournalEntry {
        JournalEntry(
            sequence: sequence, time: Timestamp(rawValue: 1_700_000_000_000), record: 1,
            event: .stepCompleted(key: OperationKey(rawValue: "step:charge#\(sequence)"), result: result))
    }
}
