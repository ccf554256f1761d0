import Testing

@testable import AetherActors

@Suite("Slow commits")
struct SlowCommitTests {
    @Test("are told of at most once in an interval, with how many there were")
    func interval() {
        var commits = SlowCommits()
        #expect(commits.note(.milliseconds(999), endingAt: .seconds(1), entries: 1) == nil)
        let first = SlowCommits.Report(duration: .seconds(1), entries: 2, count: 1)
        #expect(commits.note(.seconds(1), endingAt: .seconds(2), entries: 2) == first)
        #expect(commits.note(.seconds(3), endingAt: .seconds(5), entries: 3) == nil)
        #expect(commits.note(.seconds(7), endingAt: .milliseconds(11_999), entries: 4) == nil)
        let second = SlowCommits.Report(duration: .milliseconds(1_500), entries: 5, count: 3)
        #expect(commits.note(.milliseconds(1_500), endingAt: .seconds(12), entries: 5) == second)
    }
}
