internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let valueChecks = [
        StoreCheck("values of 2 MiB come back whole") { conformance in
            try await conformance.withStore { store in
                var generator = SeededGenerator(seed: 5)
                let big = (0..<2 << 20).map { _ in UInt8.random(in: 0...255, using: &generator) }
                let entries = [Sample.step(2, result: big), Sample.step(3, result: []), Sample.step(4, result: big)]
                let id = WorkflowID(rawValue: "a")
                _ = try await store.commit([
                    Sample.start("a"), WorkflowWrite(id: id, summary: nil, entries: entries),
                ])
                let found = try await store.journal(of: id, after: 1, limit: 10)
                try expect(found == entries, "values of 2 MiB changed")
                try expect(try await store.lastEntry(of: id) == entries.last, "the last value changed")
            }
        },
        StoreCheck("ids and types are bytes: quotes, wildcards, emoji, 256 bytes, look-alikes") { conformance in
            try await conformance.withStore { store in
                let ids = [
                    "'; DROP TABLE workflow; --", "\"quoted\"", "50%_done", "a\\b", "日本語", "👩‍👩‍👧‍👦", " ", "A", "a",
                    "caf\u{e9}", "cafe\u{301}", "\u{10ffff}", String(repeating: "x", count: 256),
                    String(repeating: "x", count: 255), "1", "01", "1.0", "NULL",
                ]
                let batch = ids.map { Sample.start($0, type: "type " + $0) }
                try expectEqual(try await store.commit(batch), [], "ids left out")
                for write in batch {
                    try expectEqual(try await store.summary(of: write.id), write.summary, "summary of \(write.id)")
                    try expectEqual(
                        try await store.journal(of: write.id, after: 0, limit: 2), write.entries,
                        "journal of \(write.id)")
                }
                let listed = try await store.list(WorkflowFilter(), after: nil, limit: 100).map(\.id)
                try expectEqual(listed, batch.map(\.id).sorted(by: >), "the list, in the order of bytes")
                let quoted = try await store.list(WorkflowFilter(type: "type \"quoted\""), after: nil, limit: 9)
                try expectEqual(quoted.map(\.id.rawValue), ["\"quoted\""], "the list of one type")
            }
        },
        StoreCheck("every tier, state and time is kept") { conformance in
            try await conformance.withStore { store in
                for tier in PersistenceTier.allCases {
                    for state in WorkflowState.allCases {
                        var write = Sample.start("\(tier.name) \(state.name)", state: state)
                        write.summary?.tier = tier
                        write.summary?.startedAt = state == .cancelled ? nil : Timestamp(rawValue: 0)
                        write.summary?.wakeAt = state == .failed ? nil : Timestamp(rawValue: -1)
                        write.summary?.isPassive = tier == .snapshot
                        _ = try await store.commit([write])
                        try expectEqual(try await store.summary(of: write.id), write.summary, "summary")
                    }
                }
            }
        },
    ]
}
