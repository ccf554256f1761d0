import AetherRuntime
import Testing

@testable import AetherStorage

extension MigrationTests {
    /// Runs that have failed and were cancelled, of another tier, with ids that are hard to keep apart, and with much in them.
    static func specialRuns() throws -> [WorkflowWrite] {
        var failed = DrivenRun("failed", tier: .snapshot)
        try failed.assign()
        try failed.report(.close(.failed(Failure(message: "niemand da: \u{1f634}", type: "Gone", step: "a"))))
        var cancelled = DrivenRun("Übung/Ende \u{1f3c1}")
        try cancelled.assign()
        try cancelled.handle(.terminate)
        var large = DrivenRun("large")
        try large.assign()
        for name in ["a", "b", "c"] { try large.report(.step(name, 2_000_000)) }
        // One spelling for the eye, two ids.
        let twins = ["caf\u{e9}", "cafe\u{301}"].map { DrivenRun($0) }
        var longest = DrivenRun(String(repeating: "\u{20ac}", count: 85) + "x")
        return [failed.write(), cancelled.write(), large.write(), longest.write()]
            + twins.map {
                var run = $0
                return run.write()
            }
    }

    /// Runs that nobody has begun with.
    static func manyRuns(_ count: Int) -> [WorkflowWrite] {
        (0..<count).map { number in
            var run = DrivenRun("many-\(number)", tier: number.isMultiple(of: 2) ? .snapshot : .stateActionLog)
            return run.write()
        }
    }

    /// Asks two stores the same of everything they have.
    func expectSame(_ source: some WorkflowStore, _ target: some WorkflowStore) async throws {
        #expect(try await source.counts() == target.counts())
        #expect(try await source.closedBytes() == target.closedBytes())
        #expect(try await source.types(prefix: "", limit: 100) == target.types(prefix: "", limit: 100))
        #expect(try await source.nextWake() == target.nextWake())
        let far = Timestamp(rawValue: .max)
        let due = try await source.dueWorkflows(before: far, limit: 100)
        #expect(!due.isEmpty)
        #expect(try await target.dueWorkflows(before: far, limit: 100) == due)
        // They come in an order of the store's own.
        let open = try await source.openWorkflows(after: nil, limit: 100_000).sorted()
        #expect(try await target.openWorkflows(after: nil, limit: 100_000).sorted() == open)
        for state in WorkflowState.allCases {
            let filter = WorkflowFilter(states: [state])
            let page = try await source.list(filter, after: nil, limit: 50)
            #expect(try await target.list(filter, after: nil, limit: 50) == page)
            #expect(
                try await source.closedWorkflows(state, after: nil, limit: 100)
                    == target.closedWorkflows(state, after: nil, limit: 100))
        }
        let all = try await source.list(WorkflowFilter(), after: nil, limit: 100_000)
        #expect(try await target.list(WorkflowFilter(), after: nil, limit: 100_000) == all)
        for start in stride(from: 0, to: all.count, by: 1_000) {
            let ids = all[start..<min(all.count, start + 1_000)].map(\.id)
            let (expected, found) = (
                try await source.workflows(ids, entries: 100), try await target.workflows(ids, entries: 100)
            )
            #expect(expected.count == ids.count)
            #expect(ids.filter { found[$0] != expected[$0] }.isEmpty)
        }
    }
}
