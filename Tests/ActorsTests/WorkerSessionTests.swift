import AetherRuntime
import Testing

@testable import AetherActors

@Suite("A worker's session", .timeLimit(.minutes(5)))
struct WorkerSessionTests {
    private let task = TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 1)

    private func connected() async throws -> (session: WorkerSession, feed: TaskFeed) {
        let session = WorkerSession(workerID: "w")
        let registration = WorkerSession.Registration(
            worker: WorkerIdentity(id: "w", isPlain: false), instance: "i", generation: 1, offers: [.workflow("order")])
        _ = await session.register(registration, held: [])
        let feed = TaskFeed(connection: 1)
        _ = try #require(await session.connect(feed, at: Timestamp(rawValue: 0)))
        return (session, feed)
    }

    @Test("does not take over a task that its worker, which is connected, does not have")
    func notHeld() async throws {
        let (session, _) = try await connected()
        let isAdopted = await session.adopt(task)
        #expect(!isAdopted)
    }

    @Test("is not misled by a task of a new run with the same id, which is on its way and turns out to be taken")
    func onItsWay() async throws {
        let (session, feed) = try await connected()
        let isReserved = await session.reserve([task.subject], on: feed.connection)
        #expect(isReserved)
        let isAdopted = await session.adopt(task)
        #expect(!isAdopted)
    }

    @Test("takes over what the journal says its worker has while nobody knows better")
    func away() async {
        let session = WorkerSession(workerID: "w")
        let isAdopted = await session.adopt(task)
        #expect(isAdopted)
    }
}
