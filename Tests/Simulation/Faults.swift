import AetherRuntime

/// What goes wrong in one world, and how often. A seed turns some of it on and leaves the rest off: faults that are rare
/// together are common alone (Groce et al.: Swarm Testing, ISSTA 2012).
struct Faults: CustomStringConvertible {
    enum Fate { case delivered, requestLost, answerLost, late }

    private let scheduler: Scheduler
    /// Whether anything goes wrong now.
    var isOn = true

    /// How many calls in a hundred share a fate.
    let lostRequests: Int
    let lostAnswers: Int
    /// Given up by who asked, and then done all the same.
    let lateRequests: Int
    let slowCalls: Int
    let failingCommits: Int
    let failingReads: Int
    /// In milliseconds.
    let longestCommit: Int64
    /// How many milliseconds pass between two of them, on average; 0 for never.
    let serverCrashes: Int64
    let serverStops: Int64
    let workerCrashes: Int64
    let workerStops: Int64
    let workerPauses: Int64
    let brokenStreams: Int64
    let partitions: Int64
    let brokenDisks: Int64
    let clockJumps: Int64
    /// Of one of several servers: it stands still, it is cut off from the database, or from another one.
    let serverPauses: Int64
    let databaseCuts: Int64
    let wireCuts: Int64

    init(_ scheduler: Scheduler, none: Bool, isShared: Bool) {
        self.scheduler = scheduler
        var random = SplitMix64(seed: scheduler.random.next())
        // Where several servers make one another's troubles good, what is lost shows where little else goes wrong.
        let isSparse = isShared && Bool.random(using: &random)
        func some<Number: BinaryInteger>(_ range: ClosedRange<Number>) -> Number {
            let (isOn, value) = (
                isSparse ? Int.random(in: 0..<8, using: &random) == 0 : Bool.random(using: &random),
                Int64.random(in: Int64(range.lowerBound)...Int64(range.upperBound), using: &random)
            )
            return isOn && !none ? Number(value) : 0
        }
        lostRequests = some(1...20)
        lostAnswers = some(1...20)
        lateRequests = some(1...10)
        slowCalls = some(1...10)
        failingCommits = some(1...5)
        failingReads = some(1...5)
        longestCommit = some(5...50)
        serverCrashes = some(1_000...10_000)
        serverStops = some(3_000...20_000)
        workerCrashes = some(1_000...10_000)
        workerStops = some(2_000...20_000)
        workerPauses = some(2_000...10_000)
        brokenStreams = some(500...5_000)
        partitions = some(2_000...10_000)
        brokenDisks = some(3_000...15_000)
        clockJumps = some(2_000...10_000)
        (serverPauses, databaseCuts, wireCuts) =
            isShared ? (some(3_000...15_000), some(3_000...15_000), some(2_000...10_000)) : (0, 0, 0)
    }

    private func happens(_ percent: Int) -> Bool {
        isOn && percent > 0 && Int.random(in: 0..<100, using: &scheduler.random) < percent
    }

    func fate() -> Fate {
        if happens(lostRequests) { return .requestLost }
        if happens(lostAnswers) { return .answerLost }
        return happens(lateRequests) ? .late : .delivered
    }

    /// In milliseconds.
    func networkTime() -> Int64 {
        Int64.random(in: 0...(happens(slowCalls) ? 2_000 : 4), using: &scheduler.random)
    }

    /// In milliseconds, for each half of a commit: before and after it is written.
    func commitTime() -> Int64 {
        Int64.random(in: 0...(isOn ? longestCommit : 0), using: &scheduler.random) / 2
    }

    func commitFails() -> Bool { happens(failingCommits) }
    func readFails() -> Bool { happens(failingReads) }

    var description: String {
        let rates: [(String, Int64)] = [
            ("lost requests", Int64(lostRequests)), ("lost answers", Int64(lostAnswers)),
            ("late requests", Int64(lateRequests)), ("slow calls", Int64(slowCalls)),
            ("failing commits", Int64(failingCommits)), ("failing reads", Int64(failingReads)),
            ("slow commits", longestCommit), ("server crashes", serverCrashes), ("server stops", serverStops),
            ("worker crashes", workerCrashes), ("worker stops", workerStops), ("worker pauses", workerPauses),
            ("broken streams", brokenStreams), ("partitions", partitions), ("broken disks", brokenDisks),
            ("clock jumps", clockJumps), ("server pauses", serverPauses), ("database cuts", databaseCuts),
            ("wire cuts", wireCuts),
        ]
        let named = rates.filter { $0.1 > 0 }.map { "\($0.0) \($0.1)" }
        return named.isEmpty ? "none" : named.joined(separator: ", ")
    }
}
