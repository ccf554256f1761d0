import AetherRuntime
import Testing

@testable import AetherActors

@Suite("A worker's session", .timeLimit(.minutes(5)))
struct WorkerSessionTests {
    private let task = TaskID(workflow: WorkflowID(rawValue: "a"), epoch: 1)

    private func connected() async throws -> (session: WorkerSession, feed: TaskFeed) {
        let session = WorkerSession(workerID: "w")
        _ = await session.register(registration(), held: [])
        let feed = TaskFeed(connection: 1)
        _ = try #require(
            await session.connect(feed, registration: registration().id, at: Timestamp(rawValue: 0)))
        return (session, feed)
    }

    private func registration(_ number: UInt64 = 1, instance: String = "i") -> WorkerSession.Registration {
        WorkerSession.Registration(
            worker: WorkerIdentity(id: "w", isPlain: false), id: RegistrationID(instance: instance, number: number),
            generation: 1, offers: [.workflow("order")])
    }

    @Test("refuses what its worker's process said earlier and arrives later, and a stream that follows that")
    func outdated() async throws {
        let session = WorkerSession(workerID: "w")
        _ = await session.register(registration(2), held: [])
        guard case .outdated = await session.register(registration(1), held: []) else {
            Issue.record("an earlier registration took the place of a later one")
            return
        }
        let feed = TaskFeed(connection: 1)
        let earlier = await session.connect(feed, registration: registration(1).id, at: Timestamp(rawValue: 0))
        #expect(earlier == nil)
        // Another process counts anew, and one that does not count is taken as it comes.
        for next in [registration(1, instance: "j"), registration(0, instance: "j")] {
            guard case .registered = await session.register(next, held: []) else {
                Issue.record("a registration was refused")
                return
            }
        }
        let connected = await session.connect(
            feed, registration: registration(0, instance: "j").id, at: Timestamp(rawValue: 0))
        #expect(connected != nil)
    }

    @Test("lends places of the stream that it has, and of no other")
    func lending() async throws {
        let (session, feed) = try await connected()
        let mayLend = await (session.mayLend(on: feed.connection), session.mayLend(on: feed.connection + 1))
        #expect(mayLend == (true, false))
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
