internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import SwiftProtobuf
internal import Synchronization

/// Waits for the ends of workflows wherever they are: on a stream to each server that owns some. What changes servers
/// meanwhile is asked for at the new one.
final class ResultRouter: Sendable {
    private let engine: Engine
    private let peers: Peers
    /// What is told.
    private let feed: ResultFeed
    /// The workflows of this server.
    private let own = ResultFeed()
    private let jobs = BatchQueue<@Sendable () async -> Void>()
    private let streams = Mutex<[String: Stream]>([:])
    private static let pause = Duration.milliseconds(200)

    /// A stream to a server, and whose results it is to bring.
    private final class Stream: Sendable {
        let queue = BatchQueue<Aether_V1_WatchResultsRequest>()
        let awaited = Mutex<Set<String>>([])
    }

    init(engine: Engine, peers: Peers, feed: ResultFeed) {
        self.engine = engine
        self.peers = peers
        self.feed = feed
    }

    /// Works until it is finished or cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.passOn() }
            while let new = await jobs.take() {
                for job in new { group.addTask { await job() } }
            }
            group.cancelAll()
        }
        engine.endWatch(own)
    }

    func finish() {
        jobs.finish()
    }

    /// Adds workflows to those whose results are told.
    ///
    /// - Throws: `resourceExhausted`.
    func watch(_ ids: [WorkflowID]) async throws(EngineError) {
        var new: [WorkflowID] = []
        for id in ids where try feed.watch(id) { new.append(id) }
        await route(new)
    }

    func forget(_ ids: [WorkflowID]) {
        for id in ids { feed.forget(id) }
        engine.forget(ids, on: own)
    }

    private func route(_ ids: [WorkflowID]) async {
        let groups = OwnerGroups(ids, peers)
        for (peer, places) in groups.elsewhere { ask(peer, for: places.map { ids[$0].rawValue }) }
        let here = groups.here.map { ids[$0] }
        var late = groups.unowned.map { ids[$0.place] }
        if !here.isEmpty, (try? await engine.watch(here, on: own)) == nil { late += here }
        routeLater(late)
    }

    private func routeLater(_ ids: [WorkflowID]) {
        if ids.isEmpty { return }
        jobs.put { [self] in
            guard (try? await engine.sleep(Self.pause)) != nil else { return }
            let watched = feed.watched
            await route(ids.filter(watched.contains))
        }
    }

    private func ask(_ peer: Peer, for ids: [String]) {
        // In one go: who takes a stream that has ended out of the table finds all that is awaited of it.
        let (stream, isNew) = streams.withLock { streams in
            let stream = streams[peer.node.id] ?? Stream()
            stream.awaited.withLock { $0.formUnion(ids) }
            return (stream, streams.updateValue(stream, forKey: peer.node.id) == nil)
        }
        stream.queue.put(.with { $0.workflowIds = ids })
        if isNew { jobs.put { await self.listen(to: peer, stream) } }
    }

    private func listen(to peer: Peer, _ stream: Stream) async {
        try? await peer.connection.watch(
            send: { writer in
                while let batch = await stream.queue.take() { try await writer.write(contentsOf: batch) }
            },
            take: { message in self.take(message.results, from: stream) })
        streams.withLock { $0[peer.node.id] = nil }
        stream.queue.finish()
        routeLater(stream.awaited.withLock { $0.map(WorkflowID.init(rawValue:)) })
    }

    private func take(_ results: [Aether_V1_WatchedResult], from stream: Stream) {
        var late: [WorkflowID] = []
        for wire in results {
            stream.awaited.withLock { _ = $0.remove(wire.workflowID) }
            let id = WorkflowID(rawValue: wire.workflowID)
            if wire.code == 0, let outcome = WorkflowOutcome(wire.result) {
                feed.put(id, .success(outcome))
            } else if wire.code == RPCError.Code.unavailable.rawValue {
                late.append(id)
            } else {
                let code = Status.Code(rawValue: Int(wire.code)).flatMap { RPCError.Code($0) } ?? .unavailable
                feed.put(id, .failure(EngineError(RPCError(code: code, message: wire.message))))
            }
        }
        routeLater(late)
    }

    /// Tells what this server's own workflows came to.
    private func passOn() async {
        while let ended = await own.next() {
            var late: [WorkflowID] = []
            for end in ended {
                if case .failure(let error) = end.result, error.code == .elsewhere {
                    late.append(end.id)
                } else {
                    feed.put(end.id, end.result)
                }
            }
            routeLater(late)
        }
        if own.end == .stopped { feed.end(.stopped) }
    }
}
