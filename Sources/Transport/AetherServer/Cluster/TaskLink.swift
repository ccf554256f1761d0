internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import NGHTTP2Transport
internal import SwiftProtobuf
internal import Synchronization

/// The workers of another server, at this one: they get tasks of this server's runs, as far as the other lends their places.
final class TaskLink: Sendable {
    private let engine: Engine
    private struct Stream {
        var feed: TaskFeed
        var shared: Aether_V1_SharedStream
    }

    private let feeds = Mutex<[String: Stream]>([:])
    private let outbound = BatchQueue<Aether_V1_TaskShare>()
    /// The streams of workers that have begun.
    private let senders = BatchQueue<@Sendable () async -> Void>()

    init(engine: Engine) {
        self.engine = engine
    }

    /// Works until the other server ends the call, or it breaks.
    func run(
        _ request: RPCAsyncSequence<Aether_V1_WorkerShare, any Error>, _ response: RPCWriter<Aether_V1_TaskShare>,
        silence: @escaping @Sendable () -> Duration
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.finish() }
                for try await share in request { await self.take(share, silence: silence) }
            }
            group.addTask {
                while let batch = await self.outbound.take() { try await response.write(contentsOf: batch) }
            }
            group.addTask {
                await withDiscardingTaskGroup { group in
                    while let new = await self.senders.take() {
                        for sender in new { group.addTask { await sender() } }
                    }
                    // The link has ended. A stream that began while it did ends here too; one that begins later is refused.
                    self.senders.finish()
                    for sender in self.senders.drain() { group.addTask { await sender() } }
                }
            }
            defer { self.finish() }
            try await group.waitForAll()
        }
    }

    private func finish() {
        let all = feeds.withLock { feeds in
            defer { feeds = [:] }
            return Array(feeds.values)
        }
        for stream in all { stream.feed.cancel() }
        senders.finish()
        outbound.finish()
    }

    /// Places of workers are free again, or were taken.
    func giveBack(_ counts: [TaskScheduler.SessionID: Int]) {
        if counts.isEmpty { return }
        let places = feeds.withLock { Array($0.values) }.compactMap { stream -> Aether_V1_Places? in
            guard let count = counts[stream.feed.connection], count != 0 else { return nil }
            return .with {
                $0.stream = stream.shared
                $0.count = Int32(clamping: count)
            }
        }
        if !places.isEmpty { outbound.put(.with { $0.returned = places }) }
    }

    func want(_ wanted: [TaskScheduler.Wanted]) {
        outbound.put(.with { $0.waiting = wanted.map { Aether_V1_WaitingTasks($0) } })
    }

    private func take(_ share: Aether_V1_WorkerShare, silence: @escaping @Sendable () -> Duration) async {
        for worker in share.connected { await connect(worker, silence: silence) }
        for shared in share.disconnected { remove(shared)?.cancel() }
        for places in share.granted {
            if let stream = feeds.withLock({ $0[places.stream.workerID] }), stream.shared == places.stream {
                await engine.borrow(Int(places.count), on: stream.feed)
            } else {
                outbound.put(.with { $0.refused = [places] })
            }
        }
    }

    /// - Returns: the feed of a stream that is no longer shared.
    private func remove(_ shared: Aether_V1_SharedStream) -> TaskFeed? {
        feeds.withLock { feeds in
            guard feeds[shared.workerID]?.shared == shared else { return nil }
            return feeds.removeValue(forKey: shared.workerID)?.feed
        }
    }

    private func connect(_ worker: Aether_V1_ConnectedWorker, silence: @escaping @Sendable () -> Duration) async {
        let (shared, id) = (worker.stream, worker.stream.workerID)
        do {
            let feed = try await engine.poll(
                worker: id,
                registration: RegistrationID(instance: worker.instanceID, number: worker.registration),
                maximumTasks: 0, isBorrowed: true, silence: silence
            ) { feed in
                let stream = Stream(feed: feed, shared: shared)
                self.feeds.withLock { $0.updateValue(stream, forKey: id) }?.feed.cancel()
            }
            guard senders.put({ await self.send(feed, on: shared) }) else {
                // The link has ended in the meantime.
                return await engine.endPoll(worker: id, feed)
            }
        } catch {
            // It has registered elsewhere since, or this server stops. A stream of it that was shared before has ended too.
            feeds.withLock { $0.removeValue(forKey: id) }?.feed.cancel()
            outbound.put(.with { $0.ended = [shared] })
        }
    }

    private func put(_ tasks: Aether_V1_WorkerTasks) {
        outbound.put(.with { $0.tasks = [tasks] })
    }

    private func send(_ feed: TaskFeed, on shared: Aether_V1_SharedStream) async {
        let worker = shared.workerID
        let stream = TaskStream(engine: engine) { tasks in
            self.put(
                .with {
                    $0.workerID = worker
                    $0.tasks = tasks
                })
        } freed: { tasks in
            self.put(
                .with {
                    $0.workerID = worker
                    $0.freedTaskIds = tasks
                })
        }
        while let messages = await feed.next() {
            do {
                try await stream.send(messages)
            } catch {
                // A journal can't be read: the worker's tasks go to others, as when its stream breaks.
                break
            }
        }
        let isShared = remove(shared) != nil
        await engine.endPoll(worker: worker, feed)
        if isShared { outbound.put(.with { $0.ended = [shared] }) }
    }
}
