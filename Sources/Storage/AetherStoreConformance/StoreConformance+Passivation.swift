internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let passivationChecks = [
        StoreCheck("a write without entries makes a workflow passive, and nothing else of it changes") { conformance in
            try await conformance.withStore { store in
                let rest = Sample.rest("a", until: 5_000)
                _ = try await store.commit([Sample.start("a"), Sample.steps("a", 2...80)])
                try expectEqual(try await store.commit([rest]), [], "ids left out")
                try expectEqual(try await store.summary(of: rest.id), rest.summary, "summary")
                try expectEqual(try await store.sequences(of: "a"), Array(1...80), "journal")
                try expectEqual(try await store.lastEntry(of: rest.id)?.sequence, 80, "last entry")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 1]), "counts")
                try expectEqual(
                    try await store.list(WorkflowFilter(), after: nil, limit: 2).map(\.isPassive), [true], "list")
            }
        },
        StoreCheck("passive workflows are no open workflows to recover, and come due in the order of their times") {
            conformance in
            try await conformance.withStore { store in
                _ = try await store.commit(["a", "b", "c", "d", "e", "f"].map { Sample.start($0) })
                _ = try await store.commit([
                    Sample.rest("a", until: 300), Sample.rest("b", until: 100), Sample.rest("c", until: nil),
                    Sample.rest("d", isPassive: false, until: 50), Sample.rest("e", until: 100),
                ])
                try expectEqual(try await names(store.openWorkflows(after: nil, limit: 9)), ["d", "f"], "open ones")
                try expectEqual(try await due(store, before: 99), [], "due before the first")
                try expectEqual(try await due(store, before: 100), ["b", "e"], "due at the instant itself")
                try expectEqual(try await due(store, before: .max), ["b", "e", "a"], "due at the end of time")
                try expectEqual(try await due(store, before: .max, limit: 2), ["b", "e"], "the first two")
                try expectEqual(try await store.nextWake(), Timestamp(rawValue: 100), "next to wake")
                _ = try await store.commit([
                    Sample.rest("b", isPassive: false, until: 100), Sample.rest("e", until: 400),
                    Sample.close("a", at: 2),
                ])
                try expectEqual(try await due(store, before: .max), ["e"], "due after changes")
                try expectEqual(try await store.nextWake(), Timestamp(rawValue: 400), "next to wake after changes")
                _ = try await store.commit([Sample.close("e", at: 2)])
                try expectEqual(try await store.nextWake(), nil, "next to wake when nobody waits")
            }
        },
        StoreCheck("entries without a summary make a passive workflow active again") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b"), Sample.start("c")])
                _ = try await store.commit([Sample.rest("a", until: 100), Sample.rest("b", until: nil)])
                _ = try await store.commit([
                    Sample.steps("a", 2...3), Sample.rest("c", until: 50), Sample.steps("c", 2...2),
                    Sample.steps("b", 2...2), Sample.rest("b", until: 70),
                ])
                try expectEqual(try await names(store.openWorkflows(after: nil, limit: 9)), ["a", "c"], "open ones")
                try expectEqual(try await due(store, before: .max), ["b"], "due ones")
                try expectEqual(
                    try await store.summary(of: WorkflowID(rawValue: "a")),
                    Sample.rest("a", isPassive: false, until: 100).summary, "summary")
                for (id, length) in [("a", 3), ("b", 2), ("c", 2)] {
                    try expectEqual(try await store.sequences(of: id).count, length, "length of \(id)")
                }
            }
        },
        StoreCheck("who is passive, and when it wakes, agrees with a plain model") { conformance in
            try await conformance.withStore { store in
                var generator = SeededGenerator(seed: 77)
                let model = try await passivate(store, &generator)
                try await compare(store, model)
            }
        },
        StoreCheck("passive workflows are there after a crash, and go on where they were") { conformance in
            guard let crash = conformance.crash else { return }
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b"), Sample.steps("a", 2...3)])
                _ = try await store.commit([Sample.rest("a", until: 100), Sample.rest("b", until: 200)])
                let second = try await crash(store)
                try expectEqual(try await second.openWorkflows(after: nil, limit: 9), [], "open ones")
                try expectEqual(try await due(second, before: .max), ["a", "b"], "due ones")
                _ = try await second.commit([Sample.steps("a", 4...4)])
                let third = try await crash(second)
                try expectEqual(try await third.sequences(of: "a"), [1, 2, 3, 4], "journal")
                try expectEqual(try await names(third.openWorkflows(after: nil, limit: 9)), ["a"], "open ones later")
                try expectEqual(try await due(third, before: .max), ["b"], "due ones later")
                await third.close()
                await second.close()
            }
        },
    ]

    private static func names(_ ids: [WorkflowID]) -> [String] { ids.map(\.rawValue) }

    private static func due(
        _ store: any WorkflowStore, before instant: Int64, limit: Int = 100
    ) async throws -> [String] {
        names(try await store.dueWorkflows(before: Timestamp(rawValue: instant), limit: limit))
    }

    /// Fills a store with workflows that rest, wake, close and are deleted.
    ///
    /// - Returns: what is left.
    private static func passivate(
        _ store: any WorkflowStore, _ generator: inout SeededGenerator
    ) async throws -> [WorkflowID: WorkflowSummary] {
        var model: [WorkflowID: WorkflowSummary] = [:]
        var length: [WorkflowID: UInt64] = [:]
        for round in 0..<40 {
            var batch = (0..<10).map { Sample.start("\(round)-\($0)") }
            for id in model.keys.sorted() {
                guard var summary = model[id], !summary.state.isTerminal else { continue }
                let next = length[id, default: 1] + 1
                switch Int.random(in: 0..<12, using: &generator) {
                case 0:
                    batch.append(Sample.steps(id.rawValue, next...next))
                    summary.isPassive = false
                case 1...3:
                    summary.isPassive = Bool.random(using: &generator)
                    // Few different times, so that ids decide too.
                    let wakeAt = Int64.random(in: -1..<20, using: &generator)
                    summary.wakeAt = wakeAt < 0 ? nil : Timestamp(rawValue: wakeAt)
                    batch.append(WorkflowWrite(id: id, summary: summary, entries: [Sample.step(next)]))
                case 4:
                    summary.state = .completed
                    batch.append(WorkflowWrite(id: id, summary: summary, entries: [Sample.step(next)]))
                default: continue
                }
                length[id] = next
                model[id] = summary
            }
            for write in batch where write.isNew { model[write.id] = write.summary }
            _ = try await store.commit(batch)
            let victims = model.keys.sorted().filter { _ in Int.random(in: 0..<20, using: &generator) == 0 }
            for id in try await store.delete(victims) { model[id] = nil }
        }
        return model
    }

    private static func compare(_ store: any WorkflowStore, _ model: [WorkflowID: WorkflowSummary]) async throws {
        let open = model.values.filter { !$0.state.isTerminal }
        let active = Set(open.filter { !$0.isPassive }.map(\.id))
        let found = try await store.openWorkflows(after: nil, limit: 10_000)
        try expectEqual(Set(found), active, "open workflows")
        try expectEqual(found.count, active.count, "open workflows, with repetitions")
        let waking = open.compactMap { summary in
            summary.isPassive ? summary.wakeAt.map { (wakeAt: $0, id: summary.id) } : nil
        }.sorted { ($0.wakeAt, $0.id) < ($1.wakeAt, $1.id) }
        try expect(waking.count > 20, "the model has too few passive workflows to say anything")
        for instant in Int64(-1)...20 {
            let expected = waking.filter { $0.wakeAt.rawValue <= instant }.map(\.id)
            for limit in [1, 7, 10_000] {
                let due = try await store.dueWorkflows(before: Timestamp(rawValue: instant), limit: limit)
                try expectEqual(due, Array(expected.prefix(limit)), "due at \(instant), at most \(limit)")
            }
        }
        try expectEqual(try await store.nextWake(), waking.first?.wakeAt, "next to wake")
    }
}
