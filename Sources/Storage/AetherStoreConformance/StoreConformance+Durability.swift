internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let durabilityChecks = [
        StoreCheck("everything is there after closing and opening again") { conformance in
            guard let reopen = conformance.reopen else { return }
            let store = try await conformance.makeStore()
            try await fill(store)
            await store.close()
            try await checkFilled(reopen(store))
        },
        StoreCheck("everything acknowledged is there after a crash") { conformance in
            guard let crash = conformance.crash else { return }
            try await conformance.withStore { store in
                try await fill(store)
                let survivor = try await crash(store)
                try await checkFilled(survivor)
            }
        },
        StoreCheck("a journal goes on after a crash where it was, also twice") { conformance in
            guard let crash = conformance.crash else { return }
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b"), Sample.steps("a", 2...3)])
                let second = try await crash(store)
                _ = try await second.commit([Sample.steps("a", 4...5), Sample.steps("b", 2...2)])
                let third = try await crash(second)
                _ = try await third.commit([Sample.steps("b", 3...3), Sample.close("a", at: 6)])
                try expectEqual(try await third.sequences(of: "a"), Array(1...6), "journal of a")
                try expectEqual(try await third.sequences(of: "b"), Array(1...3), "journal of b")
                await third.close()
                await second.close()
            }
        },
        StoreCheck("deleting and a crash leave the journals of the others whole") { conformance in
            guard let crash = conformance.crash else { return }
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b")])
                _ = try await store.commit([Sample.steps("a", 2...2), Sample.close("b", at: 2)])
                _ = try await store.delete([WorkflowID(rawValue: "b")])
                let second = try await crash(store)
                _ = try await second.commit([Sample.start("c"), Sample.steps("a", 3...4), Sample.steps("c", 2...3)])
                let third = try await crash(second)
                try expectEqual(try await third.sequences(of: "a"), Array(1...4), "journal of a")
                try expectEqual(try await third.sequences(of: "b"), [], "journal of the deleted b")
                try expectEqual(try await third.sequences(of: "c"), Array(1...3), "journal of c")
                try expectEqual(try await third.counts(), WorkflowCounts([.running: 2]), "counts")
                await third.close()
                await second.close()
            }
        },
    ]

    private static func fill(_ store: any WorkflowStore) async throws {
        _ = try await store.commit((0..<50).map { Sample.start("w\($0)", created: Int64($0)) })
        for sequence in UInt64(2)...20 {
            _ = try await store.commit((0..<50).map { Sample.steps("w\($0)", sequence...sequence) })
        }
        _ = try await store.commit((0..<10).map { Sample.close("w\($0)", at: 21, created: Int64($0)) })
    }

    private static func checkFilled(_ store: any WorkflowStore) async throws {
        for number in 0..<50 {
            let length: UInt64 = number < 10 ? 21 : 20
            try expectEqual(try await store.sequences(of: "w\(number)"), Array(1...length), "journal of w\(number)")
            let last = try await store.lastEntry(of: WorkflowID(rawValue: "w\(number)"))
            try expectEqual(last?.sequence, length, "last entry of w\(number)")
        }
        try expectEqual(try await store.counts(), WorkflowCounts([.running: 40, .completed: 10]), "counts")
        try expectEqual(try await store.openWorkflows(after: nil, limit: 100).count, 40, "open workflows")
        await store.close()
    }
}
