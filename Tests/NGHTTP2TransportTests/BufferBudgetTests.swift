import Synchronization
import Testing

@testable import NGHTTP2Transport

@Suite("The budget of what waits in memory")
struct BufferBudgetTests {
    private let budget = BufferBudget(connectionBytes: 1_000, totalBytes: 100 * BufferBudget.carriedBytes)

    @Test(
        "whole messages hold the sender up past half of the limit, unfinished ones don't, and past the limit a call ends",
        arguments: [
            (0, 0, .proceed), (500, 0, .proceed), (501, 0, .withholdWindow), (0, 1_000, .proceed),
            (501, 499, .withholdWindow), (501, 500, .cutCall), (0, 1_001, .cutCall), (1_001, 0, .cutCall),
        ] as [(Int, Int, BufferBudget.Verdict)])
    func verdict(queued: Int, incomplete: Int, expected: BufferBudget.Verdict) {
        #expect(budget.verdict(queued: queued, incomplete: incomplete) == expected)
    }

    @Test("a message to be sent finds room up to the limit, and always where there is none")
    func room() {
        #expect(budget.hasRoom(for: 1_000, queued: 0))
        #expect(budget.hasRoom(for: 1, queued: 999))
        #expect(!budget.hasRoom(for: 1, queued: 1_000))
        #expect(BufferBudget.unlimited.hasRoom(for: .max - 1, queued: 1))
        #expect(BufferBudget.unlimited.verdict(queued: .max / 2, incomplete: .max / 2) == .proceed)
    }

    private final class Counts: Sendable {
        let connection = Atomic<Int>(0)
        let total = Atomic<Int>(0)
    }

    @Test("what many threads carry to the total is a connection's count, less than a step short of it")
    func carry() async {
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for seed in 1...8 {
                group.addTask {
                    var held = 0
                    for step in 0..<2_000 {
                        let change = held > 100_000 ? -held : (seed * 7_919 + step * 104_729) % 40_000
                        held += change
                        let (old, new) = counts.connection.add(change, ordering: .relaxed)
                        counts.total.add(BufferBudget.carry(from: old, to: new), ordering: .relaxed)
                    }
                }
            }
        }
        let counted = counts.connection.load(ordering: .relaxed)
        let carried = counts.total.load(ordering: .relaxed)
        #expect(counted > 0)
        #expect((0..<BufferBudget.carriedBytes).contains(counted - carried))
    }

    @Test("the total is exceeded by what all connections hold together, and only when something is added")
    func total() {
        let total = BufferTotal()
        let accounts = (0..<3).map { _ in BufferAccount(budget, total: total) }
        let third = budget.totalBytes / 2
        #expect(!accounts[0].add(third).exceedsTotal)
        #expect(!accounts[1].add(third).exceedsTotal)
        #expect(accounts[2].addIncomplete(BufferBudget.carriedBytes))
        #expect(!accounts[0].add(-1).exceedsTotal)
        #expect(!accounts[0].add(-BufferBudget.carriedBytes).exceedsTotal)
        #expect(accounts[2].add(2 * BufferBudget.carriedBytes).exceedsTotal)
        #expect(accounts[2].bytes == 3 * BufferBudget.carriedBytes)
    }

    @Test("who makes room while the window is withheld hears so, once")
    func release() {
        let account = BufferAccount(budget, total: BufferTotal())
        #expect(!account.add(600).releasesWindow)
        #expect(account.withhold())
        #expect(!account.add(-50).releasesWindow)
        #expect(account.add(-50).releasesWindow)
        #expect(!account.add(-50).releasesWindow)
        // There is room by now: nobody would make it later.
        #expect(!account.withhold())
    }
}
