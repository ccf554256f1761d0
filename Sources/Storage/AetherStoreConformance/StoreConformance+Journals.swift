internal import AetherRuntime
internal import AetherStorage

extension StoreConformance {
    static let journalChecks = [
        StoreCheck("a journal is read in order, in pages of any size, from any place") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b")])
                for first in stride(from: UInt64(2), through: 299, by: 3) {
                    _ = try await store.commit([
                        Sample.steps("a", first...first + 1), Sample.steps("b", first / 3 + 2...first / 3 + 2),
                        Sample.steps("a", first + 2...first + 2),
                    ])
                }
                for page in [1, 7, 64, 1_000] {
                    try expectEqual(try await store.sequences(of: "a", page: page), Array(1...301), "pages of \(page)")
                }
                for after in [UInt64(0), 1, 150, 299, 300, 301, 302, .max] {
                    let found = try await store.journal(of: WorkflowID(rawValue: "a"), after: after, limit: 5)
                    let expected = after < 301 ? Array(after + 1...min(after + 5, 301)) : []
                    try expectEqual(found.map(\.sequence), expected, "page after \(after)")
                }
            }
        },
        StoreCheck("several workflows are read together as each is alone; unknown ones are left out") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.start("b"), Sample.start("c")])
                _ = try await store.commit([Sample.steps("a", 2...9), Sample.close("b", at: 2, outcome: .cancelled)])
                let ids = ["a", "b", "c", "nobody"].map(WorkflowID.init(rawValue:))
                for limit in [0, 1, 3, 100] {
                    let found = try await store.workflows(ids, entries: limit)
                    try expectEqual(found.count, 3, "workflows")
                    for id in ids.dropLast() {
                        try expectEqual(found[id]?.summary, try await store.summary(of: id), "summary of \(id)")
                        let entries = limit > 0 ? try await store.journal(of: id, after: 0, limit: limit) : []
                        try expectEqual(found[id]?.entries, entries, "the first \(limit) entries of \(id)")
                    }
                }
                try expectEqual(try await store.workflows([], entries: 1).count, 0, "workflows of no ids")
            }
        },
        StoreCheck("a journal read once shows what is appended later") { conformance in
            try await conformance.withStore { store in
                _ = try await store.commit([Sample.start("a"), Sample.steps("a", 2...200)])
                try expectEqual(try await store.sequences(of: "a").count, 200, "length")
                for sequence in UInt64(201)...210 {
                    _ = try await store.commit([Sample.steps("a", sequence...sequence)])
                    let id = WorkflowID(rawValue: "a")
                    let tail = try await store.journal(of: id, after: sequence - 2, limit: 10)
                    try expectEqual(tail.map(\.sequence), [sequence - 1, sequence], "the last two")
                    try expectEqual(try await store.lastEntry(of: id)?.sequence, sequence, "last entry")
                }
            }
        },
        StoreCheck("the last entry of a closed workflow is the one that closed it") { conformance in
            try await conformance.withStore { store in
                let close = Sample.close("a", at: 4, outcome: .failed(Failure(message: "no stock", step: "reserve")))
                _ = try await store.commit([Sample.start("a")])
                _ = try await store.commit([Sample.steps("a", 2...3)])
                _ = try await store.commit([close])
                try expectEqual(try await store.lastEntry(of: close.id), close.entries.last, "last entry")
                try expectEqual(try await store.summary(of: close.id), close.summary, "summary")
            }
        },
    ]
}
