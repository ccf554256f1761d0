import AetherRuntime
import AetherStorage
import Testing

@testable import AetherActors

@Suite("A run's actor", .timeLimit(.minutes(5)))
struct WorkflowActorTests {
    private let worker = WorkerIdentity(id: "w", isPlain: false)

    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(rawValue: milliseconds) }

    /// A run whose activity "first" failed and is tried again at 100 ms, and whose activity "second" waits for a worker.
    private func execution() throws -> WorkflowExecution {
        let start = WorkflowStart(type: "order", input: [0x31], tier: .stateActionLog, seed: 1)
        var execution = WorkflowExecution.create(id: WorkflowID(rawValue: "a"), start: start, at: time(0)).execution
        _ = try execution.handle(.assign(worker), at: time(0))
        let retry = RetryPolicy(initialMilliseconds: 100, factor: 1, attempts: 3, jitter: 0)
        let records = ["first", "second"].map { name -> WorkerRecord in
            let spec = ActivitySpec(
                name: name, service: "", input: [], retry: retry, startToCloseMilliseconds: 0,
                scheduleToCloseMilliseconds: 0, heartbeatMilliseconds: 0, cancellation: .try)
            return .scheduleActivity(key: .activity(name), spec)
        }
        _ = try execution.handle(.advance(epoch: 1, firstRecord: 1, records: records), at: time(0))
        _ = try execution.handle(.assignActivity(.activity("first"), worker: "w"), at: time(0))
        let failure = ActivityResult.failed(Failure(message: "no"))
        _ = try execution.handle(.completeActivity(.activity("first"), attempt: 1, failure), at: time(0))
        return execution
    }

    @Test("asks for a worker for what is due when something else of the run is assigned")
    func dueBesides() async throws {
        let execution = try execution()
        let persistence = PersistenceActor(
            store: MemoryStore(), clock: ManualClock().engineClock, retryInterval: .seconds(1),
            lagLimit: LagLimit(EngineConfiguration()), release: { _ in }, discard: { _ in }, slow: { _ in },
            availabilityChanged: {})
        let actor = WorkflowActor(execution: execution, persistence: persistence, readAt: time(0))
        var scheduler = TaskScheduler()
        let subject = TaskSubject(workflow: execution.id, activity: .activity("second"))
        _ = scheduler.connect(
            1, worker: worker, generation: 1, offers: [.activity("second")], capacity: 1, held: 0)
        let chosen = scheduler.enqueue(TaskScheduler.Request(subject, .activity("second")))
        let assignment = try #require(chosen)
        let requests = try await actor.assign(assignment, at: time(200))
        #expect(requests.map(\.subject.activity) == [.activity("first")])
    }
}
