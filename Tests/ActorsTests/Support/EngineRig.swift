import AetherActors
import AetherRuntime
import AetherStorage
import Logging
import MetricsTestKit
import Testing

/// An engine over a store that fails on demand, with a clock that the test moves.
struct EngineRig: Sendable {
    let store: FaultyStore
    let clock: ManualClock
    let engine: Engine
    /// Every time the engine said whether it takes work.
    let availability: Observed<[Bool]>
    /// What the engine's instruments say.
    let metrics: TestMetrics

    /// Runs an engine for the length of a body; then stops it, and sees that all journals are whole.
    static func run(
        over memory: MemoryStore = MemoryStore(), configuration: EngineConfiguration = EngineConfiguration(),
        isGateOpen: Bool = true, summariesBeforeHold: Int? = nil, tracer: EngineTracer? = nil,
        _ body: (EngineRig) async throws -> Void
    ) async throws {
        let (store, clock) = (FaultyStore(memory), ManualClock())
        if !isGateOpen { store.closeGate() }
        if let summariesBeforeHold { store.holdSummaries(after: summariesBeforeHold) }
        let availability = Observed<[Bool]>([])
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        let metrics = TestMetrics()
        let engine = Engine(
            stores: [.stateActionLog: store], configuration: configuration, clock: clock.engineClock, logger: logger,
            instruments: EngineMetrics(factory: metrics), tracer: tracer,
            availabilityChanged: { isAvailable in availability.update { $0.append(isAvailable) } })
        let rig = EngineRig(store: store, clock: clock, engine: engine, availability: availability, metrics: metrics)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await engine.run() }
            var failure: (any Error)?
            do {
                try await body(rig)
            } catch {
                failure = error
            }
            store.openGate()
            store.releaseSummaries()
            await engine.beginStop()
            engine.finish()
            clock.finish()
            try await group.waitForAll()
            if let failure { throw failure }
        }
        try await rig.expectWholeJournals()
    }

    private func expectWholeJournals() async throws {
        let all = try await store.memory.list(WorkflowFilter(), after: nil, limit: 1_000_000)
        for summary in all {
            let entries = try await store.entries(summary.id)
            let execution = try WorkflowExecution.replay(id: summary.id, entries)
            #expect(execution.state == summary.state, "the summary of \(summary.id) is another than its journal's")
            let keys = entries.compactMap(\.event.outcomeKey)
            #expect(Set(keys).count == keys.count, "\(summary.id) has two outcomes of one key")
        }
    }

    func start(_ id: String, type: String = "order", input: String = "1") async throws {
        try await engine.start(
            Engine.Start(id: WorkflowID(rawValue: id), type: type, input: Array(input.utf8), tier: nil))
    }

    /// How many runs are in memory.
    func activeRuns() async throws -> Int { try await engine.metrics().activeRuns }

    func status(_ id: String) async throws -> Engine.Status {
        try await engine.status(WorkflowID(rawValue: id))
    }

    func kinds(_ id: String) async throws -> [EntryKind] {
        try await store.entries(WorkflowID(rawValue: id)).map(\.event.kind)
    }

    /// A worker that has registered and has a stream of tasks.
    func worker(
        _ id: String, isPlain: Bool = false, offers: [String] = ["order"], maximumTasks: Int = 100,
        instance: String = "i", activities: [String] = [], service: String = "",
        held: [Engine.Registration.Held] = [], reads: Bool = true
    ) async throws -> TestWorker {
        let worker = TestWorker(
            engine: engine, id: id, isPlain: isPlain, offers: offers, activities: activities, service: service,
            instance: instance)
        _ = try await worker.register(held: held)
        try await worker.poll(maximumTasks: maximumTasks, reads: reads)
        return worker
    }
}

/// A worker in the test's hands.
final class TestWorker: Sendable {
    let engine: Engine
    let id: String
    private let isPlain: Bool
    private let offers: [String]
    private let activities: [String]
    private let service: String
    private let instance: String
    private let stream = Observed(Stream())

    private struct Stream: Sendable {
        var feed: TaskFeed?
        var messages: [TaskMessage] = []
        var hasEnded = false
    }

    init(
        engine: Engine, id: String, isPlain: Bool, offers: [String], activities: [String] = [], service: String = "",
        instance: String
    ) {
        self.engine = engine
        self.id = id
        self.isPlain = isPlain
        self.offers = offers
        self.activities = activities
        self.service = service
        self.instance = instance
    }

    func register(held: [Engine.Registration.Held] = []) async throws(EngineError) -> [String] {
        try await engine.register(
            Engine.Registration(
                worker: WorkerIdentity(id: id, isPlain: isPlain), id: RegistrationID(instance: instance),
                workflows: Dictionary(uniqueKeysWithValues: offers.map { ($0, nil) }), activities: activities,
                service: service, held: held))
    }

    // `reads`: whether what is sent arrives; else the test reads the stream itself, or nobody does.
    func poll(maximumTasks: Int = 100, reads: Bool = true) async throws(EngineError) {
        let feed = try await engine.poll(worker: id, maximumTasks: maximumTasks)
        stream.update { $0 = Stream(feed: feed) }
        guard reads else { return }
        // Ends with the stream, which the engine ends when it stops.
        Task { [stream] in
            while let batch = await feed.next() {
                stream.update { if $0.feed === feed { $0.messages += batch } }
            }
            stream.update { if $0.feed === feed { $0.hasEnded = true } }
        }
    }

    var feed: TaskFeed? { stream.value.feed }

    /// The stream breaks.
    func disconnect() async {
        guard let feed else { return }
        feed.cancel()
        await engine.endPoll(worker: id, feed)
    }

    /// The next message; waits for it.
    func next() async throws -> TaskMessage {
        await stream.until { !$0.messages.isEmpty || $0.hasEnded }
        return try #require(stream.update { $0.messages.isEmpty ? nil : $0.messages.removeFirst() })
    }

    /// The next task; other messages are passed over.
    func task() async throws -> TaskAssignment {
        while true {
            if case .assign(let assignment) = try await next() { return assignment }
        }
    }

    /// The next attempt at an activity; other messages are passed over.
    func attempt() async throws -> ActivityAssignment {
        while true {
            if case .attempt(let assignment) = try await next() { return assignment }
        }
    }

    /// The next entry that is pushed; other messages are passed over.
    func pushed() async throws -> JournalEntry {
        while true {
            if case .push(_, let entry) = try await next() { return entry }
        }
    }

    /// The messages that have arrived and were not asked for.
    var unread: [TaskMessage] { stream.value.messages }

    struct StreamEnded: Error {}

    @discardableResult
    func report(
        _ task: TaskID, first: UInt64, _ records: [WorkerRecord], givesBack: Bool = false, waitingAt: UInt64? = nil,
        blockage: Blockage? = nil
    ) async throws -> RunAcknowledgement {
        let report = RunReport(
            task: task.description, firstRecord: first, records: records, currentStep: nil, givesBack: givesBack,
            waitingAt: waitingAt, blockage: blockage)
        return try #require(try await engine.advance([report]).first)
    }

    func close(_ task: TaskID, first: UInt64 = 1) async throws {
        let answer = try await report(task, first: first, [.close(.completed([0x31]))])
        #expect(answer.sequences != nil, "\(answer)")
    }
}

extension Engine.Registration.Held: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) {
        self.init(task: value)
    }

    init(_ task: TaskID, seen: UInt64? = nil) {
        self.init(task: task.description, seen: seen)
    }
}

extension WorkerRecord {
    static func step(_ name: String) -> WorkerRecord {
        .stepCompleted(key: OperationKey(scope: "", kind: "step", name: name, occurrence: 1), result: [0x31])
    }
}

extension RunAcknowledgement {
    var sequences: [UInt64]? { if case .applied(let sequences) = self { sequences.map(\.sequence) } else { nil } }
    var isStale: Bool { if case .stale = self { true } else { false } }
    var isClosed: Bool { if case .closed = self { true } else { false } }
    var isGap: Bool { if case .gap = self { true } else { false } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
}

/// Expects a call to be refused with a code.
func expect(
    _ code: EngineError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("the call succeeds", sourceLocation: sourceLocation)
    } catch let error as EngineError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
