internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let replacementChecks = [
        StoreCheck("a new workflow may replace a closed one of its id, whose journal goes with it") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a", type: "first"), Sample.steps("a", 2...150)])
                _ = try await store.commit([Sample.close("a", at: 151, type: "first"), Sample.start("b")])
                try expectEqual(try await store.sequences(of: "a").count, 151, "length of the first")
                let second = Sample.start("a", type: "second", replaces: .closed)
                try expectEqual(try await store.commit([second, Sample.steps("a", 2...3)]), [], "ids left out")
                _ = try await store.commit([Sample.steps("a", 4...4)])
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3, 4], "journal of the second")
                try expectEqual(try await store.summary(of: second.id), second.summary, "summary")
                try expectEqual(
                    try await store.journal(of: second.id, after: 0, limit: 1), second.entries, "first entry")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 2]), "counts")
                let first = try await store.list(WorkflowFilter(type: "first"), after: nil, limit: 9)
                try expectEqual(first, [], "list of the old type")
                try expectEqual(try await store.openWorkflows(after: nil, limit: 9).count, 2, "open workflows")
                try expectEqual(try await store.sequences(of: "b"), [1], "journal of the other one")
            }
        },
        StoreCheck("a new workflow that may replace a closed one is left out when the one of its id is open") {
            conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a", type: "first"), Sample.steps("a", 2...3)])
                let leftOut = try await store.commit([
                    Sample.start("a", type: "second", replaces: .closed), Sample.start("b"),
                    Sample.steps("a", 2...9),
                ])
                try expectEqual(leftOut, [WorkflowID(rawValue: "a")], "ids left out")
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3], "journal of a")
                try expectEqual(
                    try await store.summary(of: WorkflowID(rawValue: "a")), Sample.summary("a", type: "first"),
                    "summary of a")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 2]), "counts")
            }
        },
        StoreCheck("without a workflow to replace, one that may replace is just new") { conformance in
            try await conformance.withStore { store in
                let start = Sample.start("a", replaces: .closed)
                try expectEqual(try await store.commit([start]), [], "ids left out")
                try expectEqual(try await store.summary(of: start.id), start.summary, "summary")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 1]), "counts")
            }
        },
        StoreCheck("replacing follows the order of the batch") { conformance in
            try await conformance.withStore { store in
                let leftOut = try await store.commit([
                    Sample.start("a", type: "first"), Sample.close("a", at: 2, type: "first"),
                    Sample.start("a", type: "second", replaces: .closed), Sample.steps("a", 2...2),
                    Sample.start("b", type: "first"), Sample.start("b", type: "second", replaces: .closed),
                    Sample.steps("b", 2...2),
                ])
                try expectEqual(leftOut, [WorkflowID(rawValue: "b")], "ids left out")
                try expectEqual(try await store.sequences(of: "a"), [1, 2], "journal of a")
                try expectEqual(try await store.summary(of: WorkflowID(rawValue: "a"))?.type, "second", "type of a")
                try expectEqual(try await store.sequences(of: "b"), [1], "journal of b")
                try expectEqual(try await store.summary(of: WorkflowID(rawValue: "b"))?.type, "first", "type of b")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 2]), "counts")
            }
        },
        StoreCheck("a batch that fails leaves the workflow that was to be replaced as it was") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.steps("a", 2...3), Sample.close("a", at: 4)])
                do {
                    _ = try await store.commit([
                        Sample.start("a", replaces: .closed), Sample.steps("nobody", 1...1),
                    ])
                    throw ConformanceFailure("entries of a workflow that is not there were taken")
                } catch is StoreError {}
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3, 4], "journal")
                try expectEqual(try await store.counts(), WorkflowCounts([.completed: 1]), "counts")
            }
        },
        StoreCheck("after a crash the new workflow is there and nothing of the one it replaced") { conformance in
            guard let crash = conformance.crash else { return }
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("b"), Sample.start("a"), Sample.steps("a", 2...5)])
                _ = try await store.commit([Sample.close("a", at: 6)])
                _ = try await store.commit([Sample.start("a", type: "second", replaces: .closed)])
                _ = try await store.commit([Sample.steps("b", 2...2)])
                let second = try await crash(store)
                _ = try await second.commit([Sample.steps("a", 2...2), Sample.steps("b", 3...3)])
                let third = try await crash(second)
                try expectEqual(try await third.sequences(of: "a"), [1, 2], "journal of a")
                try expectEqual(try await third.sequences(of: "b"), [1, 2, 3], "journal of b")
                try expectEqual(try await third.counts(), WorkflowCounts([.running: 2]), "counts")
                await third.close()
                await second.close()
            }
        },
        StoreCheck("a workflow that goes on as a new one replaces itself, open as it is, in the same transaction") {
            conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a", type: "first"), Sample.steps("a", 2...150)])
                _ = try await store.commit([Sample.steps("a", 151...152), Sample.start("b")])
                let second = Sample.start("a", type: "second", replaces: .any)
                let leftOut = try await store.commit([
                    Sample.steps("a", 153...154), Sample.steps("b", 2...2), second, Sample.steps("a", 2...3),
                ])
                try expectEqual(leftOut, [], "ids left out")
                _ = try await store.commit([Sample.steps("a", 4...4)])
                try expectEqual(try await store.sequences(of: "a"), [1, 2, 3, 4], "journal of the second")
                try expectEqual(try await store.summary(of: second.id), second.summary, "summary")
                try expectEqual(try await store.counts(), WorkflowCounts([.running: 2]), "counts")
                try expectEqual(try await store.sequences(of: "b"), [1, 2], "journal of the other one")
                guard let crash = conformance.crash else { return }
                _ = try await store.commit([Sample.start("a", type: "third", replaces: .any)])
                let after = try await crash(store)
                try expectEqual(try await after.sequences(of: "a"), [1], "journal of the third, after a crash")
                _ = try await after.commit([Sample.steps("a", 2...2)])
                try expectEqual(try await after.sequences(of: "a"), [1, 2], "journal of the third")
                try expectEqual(try await after.counts(), WorkflowCounts([.running: 2]), "counts after a crash")
                await after.close()
            }
        },
    ]
}
