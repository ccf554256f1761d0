internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let commitChecks = [
        StoreCheck("an unknown workflow has no summary, no journal, no last entry") { conformance in
            try await conformance.withStore { store in
                let id = WorkflowID(rawValue: "nobody")
                try expectEqual(try await store.summary(of: id), nil, "summary")
                try expectEqual(try await store.journal(of: id, after: 0, limit: 10), [], "journal")
                try expectEqual(try await store.lastEntry(of: id), nil, "last entry")
            }
        },
        StoreCheck("what was committed is read back as it was") { conformance in
            try await conformance.withStore { store in
                let start = Sample.start("a")
                try expectEqual(try await store.commit([start]), [], "ids left out")
                try expectEqual(try await store.summary(of: start.id), start.summary, "summary")
                try expectEqual(try await store.journal(of: start.id, after: 0, limit: 9), start.entries, "journal")
                try expectEqual(try await store.lastEntry(of: start.id), start.entries.last, "last entry")
            }
        },
        StoreCheck("the writes of one workflow in a batch follow one another") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([
                    Sample.start("a", state: .pending), Sample.start("b"), Sample.steps("a", 2...3),
                    Sample.steps("b", 2...2),
                    WorkflowWrite(id: WorkflowID(rawValue: "a"), summary: Sample.summary("a"), entries: []),
                    Sample.steps("a", 4...4),
                ])
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3, 4], "journal of a")
                try expectEqual(try await store.sequences(of: "b"), [1, 2], "journal of b")
                try expectEqual(
                    try await store.summary(of: WorkflowID(rawValue: "a"))?.state, .running, "the last summary")
            }
        },
        StoreCheck("a new workflow whose id exists is left out with its later writes, and reported") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a", type: "first")])
                let leftOut = try await store.commit([
                    Sample.steps("a", 2...2),
                    Sample.start("a", type: "second"), Sample.start("b"), Sample.close("a", at: 3, type: "second"),
                ])
                try expectEqual(leftOut, [WorkflowID(rawValue: "a")], "ids left out")
                try expectEqual(try await store.sequences(of: "a"), [1, 2], "journal of a")
                try expectEqual(
                    try await store.summary(of: WorkflowID(rawValue: "a")), Sample.summary("a", type: "first"),
                    "summary of a")
                try expectEqual(try await store.sequences(of: "b"), [1], "journal of b, in the same batch")
                try expectEqual(try await store.counts()[.running], 2, "running workflows")
            }
        },
        StoreCheck("a workflow that comes into being twice in one batch is created once") { conformance in
            try await conformance.withStore { store in
                let leftOut = try await store.commit([
                    Sample.start("a", type: "first"), Sample.steps("a", 2...2), Sample.start("a", type: "second"),
                    Sample.steps("a", 3...3),
                ])
                try expectEqual(leftOut, [WorkflowID(rawValue: "a")], "ids left out")
                try expectEqual(try await store.sequences(of: "a"), [1, 2], "journal")
                try expectEqual(try await store.summary(of: WorkflowID(rawValue: "a"))?.type, "first", "type")
                try expectEqual(try await store.counts()[.running], 1, "running workflows")
            }
        },
        StoreCheck("a batch with a write of a workflow that is not there is refused as a whole") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a")])
                do {
                    _ = try await store.commit([
                        Sample.start("b"), Sample.close("a", at: 2), Sample.steps("nobody", 1...1),
                    ])
                    throw ConformanceFailure("entries of a workflow that is not there were taken")
                } catch is StoreError {}
                try expectEqual(try await store.sequences(of: "a"), [1], "journal of a")
                try expectEqual(try await store.summary(of: WorkflowID(rawValue: "b")), nil, "summary of b")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 1]), "counts")
                _ = try await store.commit([Sample.start("b"), Sample.steps("a", 2...2)])
                try expectEqual(try await store.sequences(of: "a"), [1, 2], "journal of a after another commit")
            }
        },
        StoreCheck("an empty batch and a probe change nothing") { conformance in
            try await conformance.withStore { store in
                try expectEqual(try await store.commit([]), [], "ids left out")
                try await store.probe()
                _ = try await store.commit([Sample.start("a")])
                try await store.probe()
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 1]), "counts")
                _ = try await store.commit([Sample.steps("a", 2...2)])
                try expectEqual(try await store.sequences(of: "a"), [1, 2], "journal")
            }
        },
        StoreCheck("a closed store refuses everything as closed") { conformance in
            let store = try await conformance.makeStore()
            await store.close()
            await store.close()
            let calls: [@Sendable () async throws -> Void] = [
                { _ = try await store.commit([Sample.start("a")]) },
                { _ = try await store.summary(of: WorkflowID(rawValue: "a")) },
                { _ = try await store.counts() },
                { _ = try await store.dueWorkflows(before: Timestamp(rawValue: 0), limit: 1) },
                { _ = try await store.nextWake() },
                { _ = try await store.list(WorkflowFilter(), after: nil, limit: 1) },
                { try await store.probe() },
            ]
            for (number, call) in calls.enumerated() {
                do {
                    try await call()
                } catch let error as StoreError where error.code == .closed {
                    continue
                }
                throw ConformanceFailure("call \(number) on a closed store succeeded")
            }
        },
    ]
}
