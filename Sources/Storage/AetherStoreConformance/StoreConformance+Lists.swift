internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let listChecks = [
        StoreCheck("lists, counts and open workflows agree with a plain model, for every filter and cursor") {
            conformance in
            try await conformance.withStore { store in
                var generator = SeededGenerator(seed: 2_024)
                let model = try await populate(store, &generator)
                for filter in filters {
                    let expected = model.filter(filter.matches)
                    for limit in [1, 7, 1_000] {
                        try await compare(store, filter, limit: limit, expected)
                    }
                }
                var counts = WorkflowCounts()
                for summary in model { counts[summary.state] += 1 }
                try expectEqual(try await store.counts(), counts, "counts")
                try await compareOpen(store, model)
            }
        },
        StoreCheck("a cursor stays valid when its workflow is gone and others came") { conformance in
            try await conformance.withStore { store in
                for created in Int64(1)...6 {
                    _ = try await store.commit([Sample.start("w\(created)", state: .completed, created: created)])
                }
                let first = try await store.list(WorkflowFilter(), after: nil, limit: 3)
                guard let last = first.last else { throw ConformanceFailure("the first page is empty") }
                _ = try await store.delete([last.id])
                _ = try await store.commit([Sample.start("young", created: 100), Sample.start("old", created: 0)])
                let second = try await store.list(WorkflowFilter(), after: WorkflowCursor(last), limit: 10)
                try expectEqual(second.map(\.id.rawValue), ["w3", "w2", "w1", "old"], "the second page")
            }
        },
        StoreCheck("the types there are workflows of are told once each, in order, by how they begin") { conformance in
            try await conformance.withStore { store in
                try expectEqual(try await store.types(prefix: "", limit: 10), [], "types of nothing")
                let types = ["order", "Order", "order-item", "ordér", "order", "refund", "Ünïcode", ""]
                _ = try await store.commit(types.enumerated().map { Sample.start("w\($0)", type: $1) })
                let all = ["", "Order", "order", "order-item", "ordér", "refund", "Ünïcode"]
                try expectEqual(try await store.types(prefix: "", limit: 10), all, "all types")
                try expectEqual(try await store.types(prefix: "", limit: 3), Array(all.prefix(3)), "three types")
                let some = try await store.types(prefix: "ord", limit: 10)
                try expectEqual(some, ["order", "order-item", "ordér"], "types that begin with ord")
                try expectEqual(try await store.types(prefix: "x", limit: 10), [], "types that begin with x")
                _ = try await store.commit([Sample.close("w5", at: 2, type: "refund")])
                _ = try await store.delete([WorkflowID(rawValue: "w5")])
                try expectEqual(try await store.types(prefix: "r", limit: 10), [], "types after a deletion")
            }
        },
        StoreCheck("open workflows can be paged while they close") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit((0..<20).map { Sample.start("w\($0 + 10)") })
                var seen: [WorkflowID] = []
                while true {
                    let page = try await store.openWorkflows(after: seen.last, limit: 3)
                    guard let last = page.last else { break }
                    seen += page
                    _ = try await store.commit([Sample.close(last.rawValue, at: 2)])
                    _ = try await store.delete([last])
                }
                try expectEqual(Set(seen).count, 20, "open workflows seen")
                try expectEqual(seen.count, 20, "open workflows seen, with repetitions")
            }
        },
    ]

    private static var filters: [WorkflowFilter] {
        let types: [String?] = [nil, "order", "refund", "no such type"]
        return types.flatMap { type in
            (0..<32).map { bits in
                WorkflowFilter(
                    type: type, states: Set(WorkflowState.allCases.filter { bits & (1 << Int($0.rawValue)) != 0 }))
            }
        }
    }

    /// Fills a store with workflows that start, move on, and are deleted.
    ///
    /// - Returns: what is left, in the order of lists.
    private static func populate(
        _ store: any WorkflowStore, _ generator: inout SeededGenerator
    ) async throws -> [WorkflowSummary] {
        var model: [WorkflowID: WorkflowSummary] = [:]
        var length: [WorkflowID: UInt64] = [:]
        for round in 0..<40 {
            var batch: [WorkflowWrite] = []
            for number in 0..<10 {
                let state: WorkflowState = Bool.random(using: &generator) ? .pending : .running
                let type = ["order", "refund", "Ünïcode"].randomElement(using: &generator) ?? "order"
                let id = "\(Int.random(in: 0..<1_000_000, using: &generator))-\(round)-\(number)"
                // Few different times, so that ids decide too.
                batch.append(
                    Sample.start(id, type: type, state: state, created: Int64.random(in: 0..<30, using: &generator)))
            }
            // In no order of their own, and the same in every process.
            for summary in model.values.sorted(by: { $0.id < $1.id }) where !summary.state.isTerminal {
                guard Int.random(in: 0..<8, using: &generator) == 0 else { continue }
                let state = [WorkflowState.running, .completed, .failed, .cancelled].randomElement(using: &generator)
                let moved = Sample.summary(
                    summary.id.rawValue, type: summary.type, state: state ?? .running,
                    created: summary.createdAt.rawValue)
                let next = length[summary.id, default: 1] + 1
                length[summary.id] = next
                batch.append(WorkflowWrite(id: summary.id, summary: moved, entries: [Sample.step(next)]))
            }
            _ = try await store.commit(batch)
            for write in batch { model[write.id] = write.summary }
            let victims = model.keys.sorted().filter { _ in Int.random(in: 0..<20, using: &generator) == 0 }
            let expected = Set(victims.filter { model[$0]?.state.isTerminal == true })
            try expectEqual(try await store.delete(victims), expected, "deleted workflows")
            for id in expected { model[id] = nil }
        }
        return model.values.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    }

    private static func compare(
        _ store: any WorkflowStore, _ filter: WorkflowFilter, limit: Int, _ expected: [WorkflowSummary]
    ) async throws {
        var found: [WorkflowSummary] = []
        var cursor: WorkflowCursor?
        while true {
            let page = try await store.list(filter, after: cursor, limit: limit)
            try expect(page.count <= limit, "a page of \(limit) has \(page.count) workflows")
            found += page
            guard let last = page.last, found.count <= expected.count, limit > 1 || found.count < 40 else { break }
            cursor = WorkflowCursor(last)
        }
        let wanted = limit > 1 ? expected : Array(expected.prefix(max(found.count, 40)))
        try expectEqual(found, wanted, "list of \(filter) in pages of \(limit)")
    }

    private static func compareOpen(_ store: any WorkflowStore, _ model: [WorkflowSummary]) async throws {
        var found: [WorkflowID] = []
        while true {
            let page = try await store.openWorkflows(after: found.last, limit: 7)
            guard !page.isEmpty, found.count <= model.count else { break }
            found += page
        }
        try expectEqual(found.count, Set(found).count, "different open workflows")
        let open = model.filter { !$0.state.isTerminal }
        try expectEqual(Set(found), Set(open.map(\.id)), "open workflows")
    }
}
