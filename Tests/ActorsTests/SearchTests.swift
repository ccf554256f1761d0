import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Looking for workflows", .timeLimit(.minutes(5)))
struct SearchTests {
    private static let rare = 25_000

    /// Many closed runs, of which one is of the rare kind: the oldest.
    private func haystack() async throws -> MemoryStore {
        let store = MemoryStore()
        for start in stride(from: 0, through: Self.rare, by: 1_000) {
            _ = try await store.commit(
                (start..<min(start + 1_000, Self.rare + 1)).map { number in
                    let id = WorkflowID(rawValue: number == 0 ? "needle" : "hay-\(number)")
                    let summary = WorkflowSummary(
                        id: id, type: "order", tier: .stateActionLog, state: .completed,
                        createdAt: Timestamp(rawValue: Int64(number)), startedAt: Timestamp(rawValue: Int64(number)),
                        completedAt: Timestamp(rawValue: Int64(number)))
                    let start = WorkflowStart(type: "order", input: [], tier: .stateActionLog, seed: 1)
                    return WorkflowWrite(
                        id: id, summary: summary, isNew: true,
                        entries: [
                            JournalEntry(sequence: 1, time: summary.createdAt, event: .started(start)),
                            JournalEntry(sequence: 2, time: summary.createdAt, event: .closed(.completed([]))),
                        ])
                })
        }
        return store
    }

    @Test("what is rare is found by going on, and no call looks at everything")
    func rare() async throws {
        try await EngineRig.run(over: haystack()) { rig in
            let search = WorkflowSearch(idPrefix: "needle")
            let first = try await rig.engine.search(search, after: nil, limit: 10)
            #expect(first.workflows.isEmpty)
            let next = try #require(first.next)
            #expect(next.createdAt > Timestamp(rawValue: 0))
            let second = try await rig.engine.search(search, after: next, limit: 10)
            #expect(second.workflows.map(\.id.rawValue) == ["needle"] && second.next == nil)
            let (counts, isComplete) = try await rig.engine.count(search)
            #expect(counts[.completed] == 0 && !isComplete)
            #expect(try await rig.engine.count(WorkflowSearch()).0[.completed] == Self.rare + 1)
        }
    }

    @Test("a range of time is found by the index, however far down it is")
    func range() async throws {
        try await EngineRig.run(over: haystack()) { rig in
            let search = WorkflowSearch(
                createdFrom: Timestamp(rawValue: 3), createdBefore: Timestamp(rawValue: 7))
            let page = try await rig.engine.search(search, after: nil, limit: 3)
            #expect(page.workflows.map(\.createdAt.rawValue) == [6, 5, 4])
            let rest = try await rig.engine.search(search, after: page.next, limit: 3)
            #expect(rest.workflows.map(\.createdAt.rawValue) == [3] && rest.next == nil)
            let (counts, isComplete) = try await rig.engine.count(search)
            #expect(counts[.completed] == 4 && isComplete)
        }
    }

    @Test("what is shown of a page that is exactly full says that there is no more")
    func exactPage() async throws {
        try await EngineRig.run { rig in
            for id in ["a", "b", "c"] { try await rig.start(id) }
            for search in [WorkflowSearch(), WorkflowSearch(text: "ORDER")] {
                let page = try await rig.engine.search(search, after: nil, limit: 3)
                #expect(page.workflows.count == 3 && page.next == nil)
                let first = try await rig.engine.search(search, after: nil, limit: 2)
                #expect(first.next != nil)
                let rest = try await rig.engine.search(search, after: first.next, limit: 2)
                #expect(Set((first.workflows + rest.workflows).map(\.id.rawValue)) == ["a", "b", "c"])
            }
        }
    }

    @Test("children are told in the order of their starts, with how they stand, in pages")
    func children() async throws {
        try await EngineRig.run { rig in
            try await rig.start("parent")
            let worker = try await rig.worker("w")
            let parent = try await worker.task().taskID
            try await worker.report(parent, first: 1, (1...5).map { .child("c\($0)") })
            let page = try await rig.engine.children(of: WorkflowID(rawValue: "parent"), after: 0, limit: 3)
            #expect(page.children.map(\.start.id.rawValue) == ["c1", "c2", "c3"])
            let rest = try await rig.engine.children(
                of: WorkflowID(rawValue: "parent"), after: try #require(page.next), limit: 3)
            #expect(rest.children.map(\.start.id.rawValue) == ["c4", "c5"] && rest.next == nil)
            await expect(.notFound) {
                _ = try await rig.engine.children(of: WorkflowID(rawValue: "none"), after: 0, limit: 3)
            }
        }
    }
}
