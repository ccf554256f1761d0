import AetherRuntime
import GRDB
import Testing

@testable import AetherStorage

@Suite("How a SQLite store reads")
struct SQLiteQueryTests {
    let database: TemporaryDatabase

    init() throws {
        database = try TemporaryDatabase()
    }

    @Test(
        "every list is a search in an index in its order: no scan, no sorting",
        arguments: 1...WorkflowState.allCases.count, [(false, false), (false, true), (true, false), (true, true)])
    func plans(_ states: Int, _ form: (byType: Bool, hasCursor: Bool)) async throws {
        let sql = ReadQuery.listSQL(states: states, byType: form.byType, hasCursor: form.hasCursor)
        try await checkPlan(sql, index: form.byType ? "workflow_by_type" : "workflow_by_state", searches: states)
    }

    @Test(
        "open workflows, those that wake and the oldest of a state are a search in an index",
        arguments: [
            (ReadQuery.openSQL, "workflow_active"), (ReadQuery.dueSQL, "workflow_waking"),
            (ReadQuery.nextWakeSQL, "workflow_waking"), (ReadQuery.closedSQL, "workflow_by_state"),
        ])
    func openPlan(_ sql: SQLText, _ index: String) async throws {
        try await checkPlan(sql, index: index, searches: 1)
    }

    @Test("a journal of 20,000 entries among others is read in pages in a few times the time that it takes at once")
    func longJournal() async throws {
        let store = try await database.open()
        _ = try await store.commit([.start("a"), .start("b")])
        for first in stride(from: UInt64(2), to: 20_000, by: 500) {
            _ = try await store.commit([.steps("b", first...first + 499), .steps("a", first...first + 499)])
        }
        // A search per page; if each were to pass over all before it, it would be a hundred times. What else the machine does may
        // lengthen one reading, not all.
        var ratios: [Double] = []
        repeat {
            let atOnce = try await time(of: store, limit: 100_000)
            ratios.append(try await time(of: store, limit: 100) / atOnce)
        } while ratios.count < 5 && ratios.last! >= 10
        #expect(ratios.last! < 10, "\(ratios)")
        await store.close()
    }

    /// How long it takes to read the journal of "a" in pages.
    private func time(of store: SQLiteStore, limit: Int) async throws -> Duration {
        var read = 0
        let elapsed = try await ContinuousClock().measure {
            while true {
                let id = WorkflowID(rawValue: "a")
                let page = try await store.journal(of: id, after: UInt64(read), limit: limit)
                if page.isEmpty { break }
                read += page.count
            }
        }
        #expect(read == 20_001)
        return elapsed
    }

    private func checkPlan(_ sql: SQLText, index: String, searches: Int) async throws {
        await (try database.open()).close()
        let queue = try DatabaseQueue(path: database.path())
        let plan = try await queue.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql.text)
            statement.setUncheckedArguments(StatementArguments())
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
        #expect(plan.count { $0.hasPrefix("SEARCH") && $0.contains(index) } == searches, "\(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
