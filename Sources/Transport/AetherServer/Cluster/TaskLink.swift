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
    private let feeds = Mutex<[String: TaskFeed]>([:])
    private let outbound = BatchQueue<Aether_V1_TaskShare>()
    /// The streams of workers that have begun.
    private let streams = BatchQueue<@Sendable () async -> Void>()

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
                    while let new = await self.streams.take() {
                        for stream in new { group.addTask { await stream() } }
                    }
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
        for feed in all { feed.cancel() }
        streams.finish()
        outbound.finish()
    }

    private func has(_ worker: String) -> Bool { feeds.withLock { $0[worker] != nil } }

    /// Places of workers are free again, or were taken.
    func giveBack(_ counts: [String: Int]) {
        let places = counts.filter { has($0.key) && $0.value != 0 }.map { worker, count in
            Aether_V1_Places.with {
                $0.workerID = worker
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
        for worker in share.disconnected { feeds.withLock { $0.removeValue(forKey: worker) }?.cancel() }
        for places in share.granted {
            guard let feed = feeds.withLock({ $0[places.workerID] }) else {
                outbound.put(.with { $0.returned = [places] })
                continue
            }
            await engine.borrow(Int(places.count), on: feed)
        }
    }

    private func connect(_ worker: String, silence: @escaping @Sendable () -> Duration) async {
        do {
            let feed = try await engine.poll(worker: worker, maximumTasks: 0, isBorrowed: true, silence: silence) {
                feed in
                self.feeds.withLock { $0.updateValue(feed, forKey: worker) }?.cancel()
            }
            streams.put { await self.send(feed, to: worker) }
        } catch {
            // It has registered elsewhere since, or this server stops.
            feeds.withLock { _ = $0.removeValue(forKey: worker) }
            outbound.put(.with { $0.ended = [worker] })
        }
    }

    private func put(_ tasks: Aether_V1_WorkerTasks) {
        outbound.put(.with { $0.tasks = [tasks] })
    }

    private func send(_ feed: TaskFeed, to worker: String) async {
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
        let isLast = feeds.withLock { feeds in
            guard feeds[worker] === feed else { return false }
            feeds[worker] = nil
            return true
        }
        await engine.endPoll(worker: worker, feed)
        if isLast { outbound.put(.with { $0.ended = [worker] }) }
    }
}
