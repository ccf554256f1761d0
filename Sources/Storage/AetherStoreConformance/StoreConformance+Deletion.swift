internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let deletionChecks = [
        StoreCheck("closed workflows of a state come oldest first, in pages") { conformance in
            try await conformance.withStore { store in
                for (id, created) in [
                    ("b", Int64(2_000)), ("c", 3_000), ("a", 3_000), ("open", 1_000), ("failed", 500),
                ] {
                    _ = try await store.commit([Sample.start(id, created: created)])
                }
                for (id, created) in [("c", Int64(3_000)), ("b", 2_000), ("a", 3_000)] {
                    _ = try await store.commit([Sample.close(id, at: 2, created: created)])
                }
                _ = try await store.commit([
                    Sample.close("failed", at: 2, outcome: .failed(Failure(message: "no", type: "E")), created: 500)
                ])
                let first = try await store.closedWorkflows(.completed, after: nil, limit: 2)
                try expectEqual(first.map(\.summary.id.rawValue), ["b", "a"], "first page")
                let cursor = WorkflowCursor(createdAt: Timestamp(rawValue: 3_000), id: WorkflowID(rawValue: "a"))
                let second = try await store.closedWorkflows(.completed, after: cursor, limit: 2)
                try expectEqual(second.map(\.summary.id.rawValue), ["c"], "second page")
                try expectEqual(first.first?.summary.state, .completed, "state")
                for state in [WorkflowState.pending, .running, .cancelled] {
                    try expectEqual(try await store.closedWorkflows(state, after: nil, limit: 9), [], "\(state)")
                }
            }
        },
        StoreCheck("how much closed workflows take is known of each and in all, also over lives of the store") {
            conformance in
            try await conformance.withStore { store in
                func size(_ writes: [WorkflowWrite]) -> Int {
                    writes.flatMap(\.entries).reduce(0) { $0 + $1.encoded().count }
                }
                func expect(_ bytes: ClosedBytes, in store: any WorkflowStore, _ when: String) async throws {
                    try expectEqual(try await store.closedBytes(), bytes, "sums \(when)")
                    for state in [WorkflowState.completed, .failed] {
                        let sum = try await store.closedWorkflows(state, after: nil, limit: 9).reduce(0) {
                            $0 + $1.bytes
                        }
                        try expectEqual(sum, bytes[state], "sizes \(when)")
                    }
                }
                let (a, b) = (
                    [Sample.start("a"), Sample.steps("a", 2...9)], [Sample.start("b"), Sample.steps("b", 2...5)]
                )
                for write in a + b { _ = try await store.commit([write]) }
                try await expect(ClosedBytes(), in: store, "while all are open")
                let later = [Sample.steps("a", 10...12), Sample.close("a", at: 13)]
                _ = try await store.commit(later)
                let closed = ClosedBytes([.completed: size(a + later)])
                try await expect(closed, in: store, "when one has ended")
                if let crashed = try await conformance.crash?(store) {
                    let end = Sample.close("b", at: 6, outcome: .failed(Failure(message: "no", type: "E")))
                    _ = try await crashed.commit([end])
                    try await expect(
                        ClosedBytes([.completed: size(a + later), .failed: size(b + [end])]), in: crashed,
                        "after a crash")
                    await crashed.close()
                }
                _ = try await store.commit([Sample.start("a", replaces: .closed)])
                try await expect(ClosedBytes(), in: store, "when it was replaced")
                _ = try await store.commit([Sample.close("b", at: 6)])
                _ = try await store.delete([WorkflowID(rawValue: "b")])
                try await expect(ClosedBytes(), in: store, "when it was deleted")
            }
        },
        StoreCheck("deleting forgets closed workflows only") { conformance in
            try await conformance.withStore { store in
                let ids = ["open", "closed", "nobody"].map(WorkflowID.init(rawValue:))
                _ = try await store.commit([Sample.start("open"), Sample.start("closed"), Sample.start("kept")])
                _ = try await store.commit([Sample.steps("open", 2...9), Sample.steps("closed", 2...9)])
                _ = try await store.commit([Sample.close("closed", at: 10), Sample.close("kept", at: 2)])
                try expectEqual(try await store.delete(ids), [ids[1]], "deleted workflows")
                try expectEqual(try await store.delete(ids), [], "workflows deleted again")
                try expectEqual(try await store.summary(of: ids[1]), nil, "summary")
                try expectEqual(try await store.sequences(of: "closed"), [], "journal of the deleted one")
                try expectEqual(try await store.sequences(of: "open"), Array(1...9), "journal of the open one")
                try expectEqual(try await store.sequences(of: "kept"), [1, 2], "journal of the other closed one")
                try expectEqual(
                    try await store.counts(), WorkflowCounts([.running: 1, .completed: 1]), "counts")
            }
        },
        StoreCheck("an id can be used again once its workflow is deleted, and begins empty") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a", type: "first"), Sample.steps("a", 2...150)])
                _ = try await store.commit([Sample.close("a", at: 151, type: "first")])
                try expectEqual(try await store.sequences(of: "a").count, 151, "length")
                _ = try await store.delete([WorkflowID(rawValue: "a")])
                try expectEqual(try await store.commit([Sample.start("a", type: "second")]), [], "ids left out")
                _ = try await store.commit([Sample.steps("a", 2...3)])
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3], "journal")
                try expectEqual(try await store.summary(of: WorkflowID(rawValue: "a"))?.type, "second", "type")
            }
        },
    ]
}
