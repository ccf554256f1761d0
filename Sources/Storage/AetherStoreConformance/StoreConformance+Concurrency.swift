internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let concurrencyChecks = [
        StoreCheck("who reads during commits sees whole batches, and never less than before") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a")])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 {
                        group.addTask { try await watch(store, until: 401) }
                    }
                    group.addTask {
                        for first in stride(from: UInt64(2), through: 400, by: 2) {
                            _ = try await store.commit([
                                Sample.steps("a", first...first + 1), Sample.start("w\(first)"),
                                Sample.start("v\(first)"),
                            ])
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    ]

    /// Reads a journal that grows by two entries a commit, to its end.
    private static func watch(_ store: any WorkflowStore, until end: Int) async throws {
        let id = WorkflowID(rawValue: "a")
        var length = 0
        while length < end {
            let sequences = try await store.journal(of: id, after: 0, limit: 1_000).map(\.sequence)
            try expectEqual(sequences, Array(1...UInt64(max(1, sequences.count))), "journal")
            try expect(sequences.count % 2 == 1, "half of a batch is visible: \(sequences.count) entries")
            try expect(sequences.count >= length, "the journal shrank from \(length) to \(sequences.count)")
            length = sequences.count
            // A store that never suspends would keep the writing task from its turn.
            await Task.yield()
            let listed = try await store.list(WorkflowFilter(), after: nil, limit: 1_000).count
            try expect(listed % 2 == 1, "half of a batch is listed: \(listed) workflows")
        }
    }
}
