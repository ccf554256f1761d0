import AetherRuntime

/// One seed's world of the core alone: what decides in the product, with a disk, a network, workers and a server that are made up.
///
/// It is quick, so that many more seeds than of a ``World`` can be tried, and says nothing of the actors, the SDK and the wire.
/// What has to hold is ``History``'s to say.
final class CoreWorld {
    static let types = ["program", "changed"]
    static let retry = RetryPolicy(initialMilliseconds: 50, maximumMilliseconds: 1_000, attempts: 3)

    static func type(_ choice: UInt64) -> String { types[choice % 5 == 0 ? 1 : 0] }

    private static let beginning: Int64 = 1_735_689_600_000
    private static let faultTime: Int64 = 6_000
    private static let calmTime: Int64 = 120_000

    let events: EventQueue
    let history = History()
    var disk = CoreDisk()
    private(set) var faults: CoreFaults
    /// The one there is, or was last.
    private(set) lazy var server = CoreServer(self)
    private(set) var workers: [CoreWorker] = []
    private var clients: [CoreClient] = []
    /// How far the time of day is off, in milliseconds.
    private(set) var skew = CoreWorld.beginning
    private(set) var violation: String?
    private let hasFaults: Bool
    private let isVerbose: Bool
    private var lastNumber: UInt64 = 0
    private var isCalm = false

    init(seed: UInt64, workflows: Int, hasFaults: Bool, isVerbose: Bool) {
        events = EventQueue(seed: seed)
        faults = CoreFaults(events, none: !hasFaults)
        (self.hasFaults, self.isVerbose) = (hasFaults, isVerbose)
        history.mayBlock = true
        history.fail = { [unowned self] in fail($0) }
        for number in 1...events.draw(1...3) { workers.append(newWorker("worker \(number)")) }
        clients = (0..<workflows).map { CoreClient(self, WorkflowID(rawValue: "w\($0)")) }
    }

    /// - Returns: a number that was not given before.
    func nextNumber() -> UInt64 {
        lastNumber += 1
        return lastNumber
    }

    func fail(_ what: String) {
        guard violation == nil else { return }
        violation = what
        note("VIOLATION \(what)")
        guard isVerbose else { return }
        for (id, run) in history.runs.sorted(by: { $0.key < $1.key }) {
            print(id)
            for entry in run.entries { print(entry.line) }
        }
    }

    func note(_ what: @autoclosure () -> String) {
        if isVerbose { print("\(events.now) \(what())") }
    }

    // MARK: The course of the world

    func run() {
        for client in clients { client.begin(within: Self.faultTime * 3 / 4) }
        if hasFaults { beginTroubles() }
        events.after(Self.faultTime) { [self] in calmDown() }
        events.run { violation != nil || (isCalm && hasEnded) || events.now > Self.faultTime + Self.calmTime }
        if violation == nil, !hasEnded { tellWhatIsStuck() }
        if violation == nil { judge() }
        for worker in workers { worker.kill() }
        server.kill()
        events.removeAll()
    }

    private var hasEnded: Bool {
        clients.allSatisfy(\.isDone) && disk.journals.keys.allSatisfy { !disk.isOpen($0) }
    }

    private func calmDown() {
        isCalm = true
        faults.isOn = false
        history.isCalm = true
        disk.isFull = false
        note("calm")
        if !server.isUp { startServer() }
        for index in workers.indices {
            workers[index].isPaused = false
            // Another one comes, with today's code.
            if workers[index].isOutdated { replace(index, isOutdated: false) }
        }
    }

    private func tellWhatIsStuck() {
        let open = disk.journals.keys.sorted().first { disk.isOpen($0) }
        guard let open else { return fail("clients wait for what has ended") }
        let loaded = server.runs[open]
        fail(
            "\(open): does not end; \(loaded == nil ? "not in memory" : "in memory"), lease \(loaded?.execution.lease as Any), "
                + "pending \(loaded?.execution.pending.keys.map(\.rawValue) ?? []), passive \(disk.passive[open] as Any)"
        )
    }

    private func judge() {
        if hasFaults, clients.count >= 5, history.acknowledged == 0 {
            fail("nothing was acknowledged while faults went on")
        }
        for (id, run) in history.runs.sorted(by: { $0.key < $1.key }) {
            do {
                let replayed = try WorkflowExecution.replay(id: id, run.entries)
                if replayed.outcome != run.outcome { fail("\(id): replayed, it ends as \(replayed.outcome as Any)") }
            } catch {
                fail("\(id): \(error)")
            }
            guard let last = run.entries.last, last.record > 0, case .closed(let outcome) = last.event,
                case .started(let start)? = run.entries.first?.event
            else { continue }
            let progress = CoreProgress(id, start, journal: Array(run.entries.dropLast()))
            if case .close(outcome)? = progress.end { continue }
            fail("\(id): recorded \(outcome), and its journal leads to \(progress.end as Any)")
        }
    }

    // MARK: Calls

    /// Makes a call over a network that loses, repeats, delays and reorders.
    ///
    /// - Parameters:
    ///   - worker: who makes it; `nil` for a client.
    ///   - ask: what is done at the server.
    ///   - then: is told the answer, or after a while that there is none.
    func call(
        from worker: CoreWorker?, _ ask: @escaping (CoreServer, @escaping CoreServer.Answer) -> Void,
        then: @escaping CoreServer.Answer = { _ in }
    ) {
        var isAnswered = false
        let settle: CoreServer.Answer = { result in
            if isAnswered { return }
            isAnswered = true
            if let worker { worker.perform { then(result) } } else { then(result) }
        }
        let fate = faults.fate()
        let arrive: (Int64, Bool) -> Void = { [self] delay, isAnswerHeard in
            events.after(delay) { [self] in
                guard server.isUp else { return settle(.failure(.unavailable)) }
                ask(server) { [self] result in
                    if isAnswerHeard { events.after(faults.networkTime()) { settle(result) } }
                }
            }
        }
        switch fate {
        case .lost: break
        case .delivered: arrive(faults.networkTime(), true)
        case .answerLost: arrive(faults.networkTime(), false)
        case .late: arrive(events.draw(1_000...6_000), false)
        case .doubled:
            arrive(faults.networkTime(), true)
            arrive(events.draw(0...3_000), true)
        }
        events.after(1_000) { settle(.failure(.unavailable)) }
    }

    // MARK: Trouble

    private func beginTroubles() {
        repeated(faults.serverCrashes) { [self] in crashServer() }
        repeated(faults.workerCrashes) { [self] in replace(anyWorker, isOutdated: events.happens(20)) }
        repeated(faults.workerStops) { [self] in stopWorker() }
        repeated(faults.workerPauses) { [self] in pauseWorker() }
        repeated(faults.brokenStreams) { [self] in workers[anyWorker].breakStream() }
        repeated(faults.fullDisks) { [self] in
            disk.isFull = true
            events.after(events.draw(50...1_500)) { [self] in disk.isFull = false }
        }
        repeated(faults.clockJumps) { [self] in skew += events.draw(-5_000...20_000) }
    }

    private func repeated(_ interval: Int64, _ trouble: @escaping () -> Void) {
        guard interval > 0 else { return }
        events.after(events.draw(interval / 2...interval * 3 / 2)) { [self] in
            if isCalm { return }
            trouble()
            repeated(interval, trouble)
        }
    }

    private var anyWorker: Int { Int(events.draw(0...Int64(workers.count - 1))) }

    private func newWorker(_ id: String, isOutdated: Bool = false) -> CoreWorker {
        CoreWorker(
            self, WorkerIdentity(id: id, isPlain: hasFaults && id.hasSuffix("3") && !isCalm), isOutdated: isOutdated)
    }

    private func replace(_ index: Int, isOutdated: Bool) {
        let old = workers[index]
        note("\(old.identity.id) dies")
        old.kill()
        workers[index] = newWorker(old.identity.id, isOutdated: isOutdated)
    }

    private func crashServer() {
        guard server.isUp else { return }
        note("the server dies")
        server.kill()
        events.after(events.draw(0...1_500)) { [self] in
            if !server.isUp { startServer() }
        }
    }

    private func startServer() {
        note("a server starts")
        server = CoreServer(self)
    }

    private func stopWorker() {
        let index = anyWorker
        let worker = workers[index]
        worker.giveBack()
        worker.after(events.draw(0...500)) { [self] in
            if workers[index] === worker, !isCalm { replace(index, isOutdated: false) }
        }
    }

    private func pauseWorker() {
        let worker = workers[anyWorker]
        note("\(worker.identity.id) stands still")
        worker.isPaused = true
        if let stream = worker.stream, events.happens(70) {
            server.after(events.draw(0...2_000)) { [self] in server.endStream(stream, of: worker.identity.id) }
        }
        events.after(events.pick([100, 1_000, 7_000])) { worker.isPaused = false }
    }
}
