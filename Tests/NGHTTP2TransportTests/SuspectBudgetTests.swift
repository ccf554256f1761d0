import NIOCore
import Testing

@testable import NGHTTP2Transport

@Suite("The time of suspects")
struct SuspectBudgetTests {
    /// A budget that expectations can ask, which don't take a value that changes.
    private final class Budget {
        private var budget: SuspectBudget
        init(now: NIODeadline) { budget = SuspectBudget(now: now) }
        func wait(_ now: NIODeadline) -> TimeAmount? { budget.wait(now: now) }
        func spend(_ time: TimeAmount) { budget.spend(time) }
    }

    private let begin = NIODeadline.uptimeNanoseconds(1_000_000_000)

    @Test("what they spend past a millisecond they wait for, eight times as long")
    func wait() throws {
        let budget = Budget(now: begin)
        #expect(budget.wait(begin) == nil)
        budget.spend(.microseconds(900))
        #expect(budget.wait(begin) == nil)
        budget.spend(.microseconds(1_100))
        let wait = try #require(budget.wait(begin))
        #expect((.milliseconds(8)...TimeAmount.microseconds(8_001)).contains(wait))
        #expect(budget.wait(begin + wait - .milliseconds(1)) != nil)
        #expect(budget.wait(begin + wait) == nil)
    }

    @Test("over a second of being asked for as much as there is, an eighth of it is spent")
    func share() {
        let budget = Budget(now: begin)
        var now = begin
        var spent = TimeAmount.zero
        while now < begin + .seconds(1) {
            if let wait = budget.wait(now) {
                now = now + wait
            } else {
                budget.spend(.microseconds(300))
                spent = spent + .microseconds(300)
                now = now + .microseconds(300)
            }
        }
        #expect((.milliseconds(120)...TimeAmount.milliseconds(130)).contains(spent))
    }

    @Test("silence saves up no more than a millisecond")
    func burst() {
        let budget = Budget(now: begin)
        let later = begin + .hours(1)
        #expect(budget.wait(later) == nil)
        budget.spend(.milliseconds(1))
        #expect(budget.wait(later) != nil)
    }
}
