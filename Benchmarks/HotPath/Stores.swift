import AetherRuntime
import AetherStorage
import Benchmark
import Foundation

/// Commits of one entry each for many workflows, neighbours in a commit far apart in the store.
func benchmarkStores() {
    for batch in [100, 1_000] {
        Benchmark("append-100k-to-sqlite-by-\(batch)") { benchmark in
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("aether-\(UUID())")
            defer { try? FileManager.default.removeItem(at: directory) }
            let store = try await SQLiteStore(path: directory.appendingPathComponent("aether.db").path)
            try await append(10, to: store, batch: batch, benchmark)
            await store.close()
        }
    }
    Benchmark("append-500k-to-memory-by-1000") { benchmark in
        try await append(50, to: MemoryStore(), batch: 1_000, benchmark)
    }
}

private let workflows = 10_000

/// Appends so many entries to each workflow's start.
private func append(
    _ entries: Int, to store: some WorkflowStore, batch: Int, _ benchmark: Benchmark
) async throws {
    for first in stride(from: 0, to: workflows, by: 1_000) {
        _ = try await store.commit((first..<first + 1_000).map(start))
    }
    let commits = writes(entries, batch: batch)
    benchmark.startMeasurement()
    for commit in commits { blackHole(try await store.commit(commit)) }
    benchmark.stopMeasurement()
}

private func start(_ number: Int) -> WorkflowWrite {
    let summary = WorkflowSummary(
        id: Samples.id(number), type: "order", tier: .stateActionLog, state: .running, createdAt: Samples.now,
        startedAt: Samples.now)
    let entry = JournalEntry(sequence: 1, time: Samples.now, event: .started(Samples.start))
    return WorkflowWrite(id: summary.id, summary: summary, isNew: true, entries: [entry])
}

/// A stride that is prime to the number of workflows visits all of them before it comes to one again.
private func writes(_ entries: Int, batch: Int) -> [[WorkflowWrite]] {
    let ids = (0..<workflows).map(Samples.id)
    let writes = (0..<workflows * entries).map { number in
        WorkflowWrite(
            id: ids[number * 3_821 % workflows], summary: nil,
            entries: [Samples.entry(sequence: 2 + number / workflows)])
    }
    return stride(from: 0, to: writes.count, by: batch).map { Array(writes[$0..<$0 + batch]) }
}
