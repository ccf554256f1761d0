import AetherRuntime

/// What goes wrong in one world of the core, and how often: some of it in each, as in ``Faults``.
struct CoreFaults {
    private let events: EventQueue
    /// Whether anything goes wrong now.
    var isOn = true
    /// How many in a hundred.
    private let lostCalls: Int64
    private let lostAnswers: Int64
    private let lateCalls: Int64
    private let doubledCalls: Int64
    private let slowMessages: Int64
    private let failingCommits: Int64
    private let failingReads: Int64
    private let passivations: Int64
    /// In milliseconds.
    private let longestCommit: Int64
    /// How many milliseconds pass between two of them, on average; 0 for never.
    let serverCrashes: Int64
    let workerCrashes: Int64
    let workerStops: Int64
    let workerPauses: Int64
    let brokenStreams: Int64
    let fullDisks: Int64
    let clockJumps: Int64

    init(_ events: EventQueue, none: Bool) {
        self.events = events
        func some(_ range: ClosedRange<Int64>) -> Int64 {
            let (isOn, value) = (events.happens(50), events.draw(range))
            return isOn && !none ? value : 0
        }
        (lostCalls, lostAnswers) = (some(1...20), some(1...20))
        (lateCalls, doubledCalls) = (some(1...20), some(1...20))
        slowMessages = some(1...10)
        (failingCommits, failingReads) = (some(1...10), some(1...10))
        passivations = events.pick([0, 50, 100])
        longestCommit = some(5...50)
        serverCrashes = some(500...6_000)
        (workerCrashes, workerStops) = (some(1_000...8_000), some(2_000...10_000))
        (workerPauses, brokenStreams) = (some(1_000...8_000), some(500...4_000))
        (fullDisks, clockJumps) = (some(2_000...8_000), some(1_000...8_000))
    }

    private func happens(_ percent: Int64) -> Bool { isOn && events.happens(percent) }

    enum Fate { case delivered, lost, answerLost, late, doubled }

    func fate() -> Fate {
        if happens(lostCalls) { return .lost }
        if happens(lostAnswers) { return .answerLost }
        if happens(lateCalls) { return .late }
        return happens(doubledCalls) ? .doubled : .delivered
    }

    func losesCall() -> Bool { happens(lostCalls) }
    func networkTime() -> Int64 { events.draw(0...(happens(slowMessages) ? 1_500 : 4)) }
    /// For each half of a commit: before and after it is written.
    func commitTime() -> Int64 { events.draw(0...(isOn ? longestCommit : 0)) / 2 }
    func commitFails() -> Bool { happens(failingCommits) }
    func readFails() -> Bool { happens(failingReads) }
    /// Whether a run that may leave memory does.
    func passivates() -> Bool { events.happens(passivations) }
}
