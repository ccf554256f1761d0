import AetherRuntime
import Testing

@testable import AetherActors

@Suite("Slow commits")
struct SlowCommitTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds) }

    @Test("are told of at most once in an interval, with how many there were")
    func interval() {
        var commits = SlowCommits()
        #expect(commits.note(from: time(0), to: time(999), entries: 1) == nil)
        let first = SlowCommits.Report(milliseconds: 1000, entries: 2, count: 1)
        #expect(commits.note(from: time(1000), to: time(2000), entries: 2) == first)
        #expect(commits.note(from: time(2000), to: time(5000), entries: 3) == nil)
        #expect(commits.note(from: time(5000), to: time(11_999), entries: 4) == nil)
        let second = SlowCommits.Report(milliseconds: 1500, entries: 5, count: 3)
        #expect(commits.note(from: time(10_500), to: time(12_000), entries: 5) == second)
        #expect(commits.note(from: time(30_000), to: time(29_000), entries: 5) == nil)
    }
}
