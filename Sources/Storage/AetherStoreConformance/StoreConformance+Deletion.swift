internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let deletionChecks = [
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
