import Testing

@testable import AetherRuntime

@Suite("The scheduler")
struct TaskSchedulerTests {
    private static let swift = WorkerIdentity(id: "swift", isPlain: false)
    private static let plain = WorkerIdentity(id: "plain", isPlain: true)

    private func request(
        _ id: String, type: String = "order", last: String? = nil, replay: Bool = false
    ) -> TaskScheduler.Request {
        TaskScheduler.Request(
            TaskSubject(workflow: WorkflowID(rawValue: id)), .workflow(type), lastWorker: last, needsReplay: replay)
    }

    @Test(
        "keeps a run that did not fit its workers' code for workers of a later generation, and nothing else waits for it"
    )
    func laterGeneration() {
        var scheduler = TaskScheduler()
        let offers: Set = [TaskResource.workflow("t")]
        func connect(_ id: UInt64, _ name: String, generation: UInt64) -> [String] {
            scheduler.connect(
                id, worker: WorkerIdentity(id: name, isPlain: false), generation: generation, offers: offers,
                capacity: 10, held: 0
            ).map { $0.request.subject.workflow.rawValue }
        }
        func enqueue(_ name: String, generationBefore: UInt64) -> TaskScheduler.Assignment? {
            scheduler.enqueue(
                TaskScheduler.Request(
                    TaskSubject(workflow: WorkflowID(rawValue: name)), .workflow("t"), lastWorker: "a",
                    needsReplay: true, generationBefore: generationBefore))
        }
        #expect(connect(1, "a", generation: 1) == [])
        #expect(enqueue("late", generationBefore: 2) == nil)
        #expect(enqueue("early", generationBefore: 1) == nil)
        #expect(enqueue("free", generationBefore: 0)?.generation == 1)
        #expect(scheduler.depth(of: .workflow("t")) == 2)
        // The same process, on a new stream.
        scheduler.disconnect(1)
        #expect(connect(2, "a", generation: 1) == [])
        #expect(connect(3, "b", generation: 2) == ["early"])
        #expect(enqueue("again", generationBefore: 2) == nil)
        #expect(connect(4, "c", generation: 3) == ["late", "again"])
        #expect(scheduler.depth(of: .workflow("t")) == 0)
        #expect(enqueue("direct", generationBefore: 2)?.session == 4)
    }

    @Test("tells of each queue how many wait, since when, and who serves it; and how loaded the sessions are")
    func overview() {
        var scheduler = TaskScheduler()
        for (id, since) in [("1", 200), ("2", 300)] as [(String, Int64)] {
            var waiting = request(id, type: "unserved")
            waiting.since = Timestamp(rawValue: since)
            #expect(scheduler.enqueue(waiting) == nil)
        }
        var replaying = request("3", type: "unserved", replay: true)
        replaying.since = Timestamp(rawValue: 100)
        #expect(scheduler.enqueue(replaying) == nil)
        #expect(scheduler.connect(1, worker: Self.swift, offers: [.workflow("order")], capacity: 2, held: 0) == [])
        #expect(scheduler.connect(2, worker: Self.plain, offers: [.workflow("order")], capacity: 5, held: 3) == [])
        #expect(scheduler.enqueue(request("4", last: "swift"))?.worker == Self.swift)
        let queues = scheduler.overview.sorted { $0.depth < $1.depth }
        #expect(
            queues == [
                TaskScheduler.QueueOverview(
                    resource: .workflow("order"), depth: 0, oldest: nil, workers: ["plain", "swift"], free: 3),
                TaskScheduler.QueueOverview(
                    resource: .workflow("unserved"), depth: 3, oldest: Timestamp(rawValue: 100), workers: [], free: 0),
            ])
        #expect(scheduler.depth == 3)
        #expect((scheduler.waiting.workflows, scheduler.waiting.activities) == (3, 0))
        #expect(
            scheduler.load == [
                "swift": TaskScheduler.SessionOverview(capacity: 2, held: 1),
                "plain": TaskScheduler.SessionOverview(capacity: 5, held: 3),
            ])
    }

    @Test("gives tasks that waited to the first session with credits, in order")
    func order() {
        var scheduler = TaskScheduler()
        for id in ["1", "2", "3"] { #expect(scheduler.enqueue(request(id)) == nil) }
        #expect(scheduler.depth(of: .workflow("order")) == 3)
        let first = scheduler.connect(1, worker: Self.swift, offers: [.workflow("order")], capacity: 2, held: 0)
        #expect(first.map(\.request.subject.workflow.rawValue) == ["1", "2"])
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: false) == .allBusy(workers: 1))
        #expect(scheduler.release(1, count: 1).map(\.request.subject.workflow.rawValue) == ["3"])
        #expect(scheduler.depth(of: .workflow("order")) == 0)
    }

    @Test("prefers the worker that had the run last, while it has a credit")
    func affinity() {
        var scheduler = TaskScheduler()
        for number in 1...8 as ClosedRange<UInt64> {
            _ = scheduler.connect(
                number, worker: WorkerIdentity(id: "w\(number)", isPlain: false), offers: [.workflow("order")],
                capacity: 1,
                held: 0)
        }
        #expect(scheduler.enqueue(request("1", last: "w5"))?.session == 5)
        #expect(scheduler.enqueue(request("2", last: "w5")).map { $0.session != 5 } == true)
    }

    @Test("says why a run waits")
    func wait() {
        var scheduler = TaskScheduler()
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: false) == .noWorkerOffersIt)
        _ = scheduler.connect(1, worker: Self.plain, offers: [.workflow("order")], capacity: 1, held: 0)
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: false) == .nothing)
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: true) == .onlyPlainWorkersOfferIt)
        #expect(scheduler.wait(for: .workflow("other"), needsReplay: false) == .noWorkerOffersIt)
        #expect(scheduler.enqueue(request("1", replay: true)) == nil)
        _ = scheduler.connect(2, worker: Self.swift, offers: [.workflow("order")], capacity: 1, held: 1)
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: true) == .allBusy(workers: 1))
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: false) == .nothing)
        scheduler.disconnect(1)
        scheduler.disconnect(2)
        #expect(scheduler.wait(for: .workflow("order"), needsReplay: false) == .noWorkerOffersIt)
    }

    @Test("does what a simple model does, whatever happens", .timeLimit(.minutes(5)), arguments: 0..<4)
    func model(_ part: Int) {
        for seed in UInt64(part * 100)..<UInt64(part * 100 + 100) {
            var run = ModelRun(seed: seed)
            for step in 0..<300 {
                run.step()
                guard run.problem.isEmpty else {
                    Issue.record("seed \(seed), step \(step): \(run.problem)")
                    return
                }
            }
            run.drain()
            #expect(run.problem.isEmpty, "seed \(seed): \(run.problem)")
        }
    }

    @Test("gives 100,000 tasks to 1,000 sessions without a pause", .timeLimit(.minutes(5)))
    func many() {
        var scheduler = TaskScheduler()
        var given = 0
        for number in 0..<50_000 { _ = scheduler.enqueue(request("\(number)")) }
        for session in 0..<1_000 as Range<UInt64> {
            given +=
                scheduler.connect(
                    session, worker: WorkerIdentity(id: "\(session)", isPlain: false), offers: [.workflow("order")],
                    capacity: 20,
                    held: 0
                ).count
        }
        for number in 50_000..<100_000 where scheduler.enqueue(request("\(number)")) != nil { given += 1 }
        var session: UInt64 = 0
        while scheduler.depth(of: .workflow("order")) > 0 {
            given += scheduler.release(session % 1_000, count: 20).count
            session += 1
        }
        #expect(given == 100_000)
    }

    @Test("forgets sessions that came and went")
    func churn() {
        var scheduler = TaskScheduler()
        for session in 0..<10_000 as Range<UInt64> {
            _ = scheduler.connect(session, worker: Self.swift, offers: [.workflow("order")], capacity: 1, held: 0)
            scheduler.disconnect(session)
        }
        #expect(scheduler.rememberedSessions(of: .workflow("order")) < 100)
        _ = scheduler.connect(10_000, worker: Self.swift, offers: [.workflow("order")], capacity: 1, held: 0)
        #expect(scheduler.enqueue(request("1"))?.session == 10_000)
    }
}

/// The scheduler beside a model that looks through everything at every step.
private struct ModelRun {
    private(set) var problem = ""
    private var random: SplitMix64
    private var scheduler = TaskScheduler()
    private var sessions: [UInt64: ModelSession] = [:]
    /// What waits, in order of arrival.
    private var waiting: [TaskScheduler.Request] = []
    private var latest: [String: UInt64] = [:]
    private var nextSession: UInt64 = 0
    private var nextTask = 0

    private static let resources: [TaskResource] = [.workflow("a"), .activity("a"), .activity("a", service: "b")]

    private struct ModelSession {
        var worker: WorkerIdentity
        var offers: Set<TaskResource>
        var capacity: Int
        var held: Set<TaskSubject> = []

        func takes(_ request: TaskScheduler.Request) -> Bool {
            offers.contains(request.resource) && !(request.needsReplay && worker.isPlain)
        }
        var hasCredit: Bool { held.count < capacity }
    }

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    mutating func step() {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: connect()
        case 1 where random.oneIn(2): disconnect()
        case 2..<6: enqueue()
        default: release()
        }
        checkNothingIsIdle()
    }

    /// Gives everything a worker, and sees that nothing is lost.
    mutating func drain() {
        nextSession += 1
        let worker = WorkerIdentity(id: "last", isPlain: false)
        sessions[nextSession] = ModelSession(worker: worker, offers: Set(Self.resources), capacity: 1_000_000)
        take(
            scheduler.connect(nextSession, worker: worker, offers: Set(Self.resources), capacity: 1_000_000, held: 0),
            of: nextSession)
        if !waiting.isEmpty { problem = "\(waiting.count) tasks are lost" }
        if Self.resources.contains(where: { scheduler.depth(of: $0) > 0 }) { problem = "tasks are left" }
    }

    private mutating func connect() {
        nextSession += 1
        let id = nextSession
        let worker = WorkerIdentity(id: "w\(Int.random(in: 0..<4, using: &random))", isPlain: random.oneIn(2))
        var offers = Set(Self.resources.filter { _ in random.oneIn(2) })
        if offers.isEmpty { offers = [Self.resources[0]] }
        let capacity = Int.random(in: 0...4, using: &random)
        sessions[id] = ModelSession(worker: worker, offers: offers, capacity: capacity)
        latest[worker.id] = id
        take(scheduler.connect(id, worker: worker, offers: offers, capacity: capacity, held: 0), of: id)
    }

    private mutating func disconnect() {
        guard let id = sessions.keys.sorted().randomElement(using: &random) else { return }
        sessions[id] = nil
        scheduler.disconnect(id)
        if !scheduler.release(id, count: 1).isEmpty { problem = "a disconnected session gets tasks" }
    }

    private mutating func enqueue() {
        nextTask += 1
        let request = TaskScheduler.Request(
            TaskSubject(workflow: WorkflowID(rawValue: "\(nextTask)")), random.pick(Self.resources),
            lastWorker: random.oneIn(2) ? "w\(Int.random(in: 0..<4, using: &random))" : nil,
            needsReplay: random.oneIn(3))
        guard let assignment = scheduler.enqueue(request) else { return waiting.append(request) }
        let preferred = request.lastWorker.flatMap { latest[$0] }
        if let preferred, let session = sessions[preferred], session.takes(request), session.hasCredit,
            preferred != assignment.session
        {
            problem = "\(request) does not go to the worker that had it"
        }
        if assignment.request != request { problem = "another task is given" }
        if waiting.contains(where: {
            $0.resource == request.resource && sessions[assignment.session]?.takes($0) == true
        }) {
            problem = "\(request) overtakes older ones"
        }
        hold(request, in: assignment.session)
    }

    private mutating func release() {
        guard let id = sessions.keys.sorted().randomElement(using: &random), let session = sessions[id] else { return }
        let count = Int.random(in: 0...session.held.count, using: &random)
        sessions[id]?.held = Set(session.held.dropFirst(count))
        take(scheduler.release(id, count: count), of: id)
    }

    /// What a session gets must be the oldest it may have, as many as it has credits.
    private mutating func take(_ assignments: [TaskScheduler.Assignment], of id: UInt64) {
        guard let session = sessions[id] else { return problem = "assignments of no session" }
        let expected = waiting.filter(session.takes).prefix(max(0, session.capacity - session.held.count))
        if assignments.map(\.request) != Array(expected) {
            problem = "session \(id) gets \(assignments.map(\.request)), not \(expected)"
        }
        if assignments.contains(where: { $0.session != id || $0.worker != session.worker }) {
            problem = "a task goes elsewhere"
        }
        let given = Set(assignments.map(\.request.subject))
        waiting.removeAll { given.contains($0.subject) }
        for assignment in assignments { hold(assignment.request, in: id) }
    }

    private mutating func hold(_ request: TaskScheduler.Request, in id: UInt64) {
        guard let session = sessions[id] else { return problem = "\(request) goes to no session" }
        if !session.takes(request) { problem = "\(request) goes to a session that does not take it" }
        if !session.hasCredit { problem = "session \(id) has more tasks than it may" }
        let isHeld = sessions.values.contains { $0.held.contains(request.subject) }
        if isHeld { problem = "\(request) is given twice" }
        sessions[id]?.held.insert(request.subject)
    }

    private mutating func checkNothingIsIdle() {
        for request in waiting {
            if sessions.values.contains(where: { $0.hasCredit && $0.takes(request) }) {
                problem = "\(request) waits although a session could have it"
            }
        }
        for type in Self.resources where scheduler.depth(of: type) != waiting.count(where: { $0.resource == type }) {
            problem = "the depth of \(type) is \(scheduler.depth(of: type))"
        }
    }
}
