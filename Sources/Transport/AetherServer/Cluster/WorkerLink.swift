internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import Logging
internal import SwiftProtobuf
internal import Synchronization

/// The workers of this server, at another one: takes its tasks to them, and lends it their places.
///
/// What is lent is counted here, so that all comes back if the other server goes.
final class WorkerLink: Sendable {
    /// A worker's stream as the other server knows it, and how many of its places that has.
    private struct Shared {
        var stream: Aether_V1_SharedStream
        var connection: TaskScheduler.SessionID
        var lent = 0
    }

    private struct State {
        /// Counts how often the link was opened.
        var opening: UInt64 = 0
        /// What is to be told; `nil` while the link is down.
        var outbound: BatchQueue<Aether_V1_WorkerShare>?
        var lastStream: UInt64 = 0
        var shared: [String: Shared] = [:]
        /// How many places the other server stands in line for, of each kind.
        var standing: [TaskScheduler.Wanted: Int] = [:]
    }

    /// What is tried again after a pause.
    private enum Retry {
        /// The other server does not know a worker that is connected here: it is introduced.
        case introduce(String)
        /// Places were found that could not be lent: it stands in line for them again, unless the link was opened anew.
        case stand(TaskScheduler.Wanted, opening: UInt64)
    }

    let peer: Peer
    private let engine: Engine
    private let workers: LocalWorkers
    private let logger: Logger
    private let state = Mutex(State())
    private let retries = BatchQueue<Retry>()
    private let stopping = BatchQueue<Void>()
    private static let pause = Duration.milliseconds(300)

    init(peer: Peer, engine: Engine, workers: LocalWorkers, logger: Logger) {
        self.peer = peer
        self.engine = engine
        self.workers = workers
        self.logger = logger
    }

    /// Keeps the link up until it is stopped or cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepOpen() }
            group.addTask { await self.tryAgain() }
            // Ends without a message when it is stopped.
            group.addTask { _ = await self.stopping.take() }
            await group.next()
            group.cancelAll()
        }
    }

    func stop() {
        stopping.finish()
    }

    private func keepOpen() async {
        while !Task.isCancelled {
            do {
                try await open()
            } catch {
                logger.debug(
                    "the workers' link to another server has ended",
                    metadata: [LogKey.node: "\(peer.node.address)", LogKey.error: "\(error)"])
            }
            await close()
            guard (try? await engine.sleep(Self.pause)) != nil else { return }
        }
    }

    private func tryAgain() async {
        while let batch = await retries.take(), (try? await engine.sleep(Self.pause)) != nil {
            var unknown: Set<String> = []
            var line: [TaskScheduler.Wanted] = []
            let opening = state.withLock { $0.outbound == nil ? nil : $0.opening }
            for retry in batch {
                switch retry {
                case .introduce(let worker): unknown.insert(worker)
                case .stand(let wanted, opening): line.append(wanted)
                case .stand: continue
                }
            }
            // With the link down, all are introduced once it is up.
            if opening == nil { continue }
            if !line.isEmpty { await engine.stand(in: line, for: peer.node.id) }
            for worker in unknown {
                do {
                    try await share(worker)
                } catch {
                    retries.put(.introduce(worker))
                }
            }
        }
    }

    private func open() async throws {
        let queue = BatchQueue<Aether_V1_WorkerShare>()
        state.withLock { state in
            state.opening += 1
            state.outbound = queue
        }
        try await peer.connection.shareWorkers(
            send: { writer in
                for worker in self.workers.connected {
                    do {
                        try await self.share(worker)
                    } catch let error as RPCError where error.code == .alreadyExists || error.code == .aborted {
                        // Another process of it, or a later registration, is known there, and may go.
                        self.retries.put(.introduce(worker))
                    }
                }
                while let batch = await queue.take() { try await writer.write(contentsOf: batch) }
            },
            take: { share in await self.take(share) })
    }

    private func close() async {
        let shared = state.withLock { state in
            state.outbound?.finish()
            state.outbound = nil
            state.standing = [:]
            defer { state.shared = [:] }
            return state.shared.values.filter { $0.lent != 0 }
        }
        for shared in shared { await engine.takeBack(shared.lent, on: shared.connection) }
    }

    /// Introduces a worker to the other server, which then may have its places.
    private func share(_ worker: String) async throws {
        guard let registration = workers.registration(of: worker) else { return }
        let kept = Set(try await introduce(registration).keptTaskIds)
        await revoke(registration.heldTaskIds.filter { !kept.contains($0) }, of: worker)
        follow(worker)
    }

    /// Registers a worker at the other server.
    func introduce(_ registration: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        try await peer.call(
            Aether_V1_WorkerService.Method.Register.descriptor, registration, timeout: Peer.shortTimeout)
    }

    /// Tasks are no longer a worker's, says the server that owns their runs.
    private func revoke(_ tasks: [String], of worker: String) async {
        if tasks.isEmpty { return }
        let news = tasks.map { task in
            Aether_V1_Task.with {
                $0.kind = .revoke
                $0.taskID = task
                $0.workflowID = TaskID(task)?.workflow.rawValue ?? ""
            }
        }
        workers.note(
            .with {
                $0.workerID = worker
                $0.freedTaskIds = tasks
            })
        await engine.relay(news, to: worker)
    }

    /// Shares the stream that a worker has now, if it has one, and no other.
    func follow(_ worker: String) {
        state.withLock { state in
            guard let outbound = state.outbound else { return }
            let current = workers.stream(of: worker)
            if let shared = state.shared[worker], shared.connection != current?.connection {
                state.shared[worker] = nil
                outbound.put(.with { $0.disconnected = [shared.stream] })
            }
            guard let current, state.shared[worker] == nil else { return }
            state.lastStream += 1
            let stream = Aether_V1_SharedStream.with {
                $0.workerID = worker
                $0.number = state.lastStream
            }
            state.shared[worker] = Shared(stream: stream, connection: current.connection)
            let connected = Aether_V1_ConnectedWorker.with {
                $0.stream = stream
                $0.instanceID = current.registration.instance
                $0.registration = current.registration.number
            }
            outbound.put(.with { $0.connected = [connected] })
        }
    }

    /// Places of a worker were found that the other server stood in line for.
    ///
    /// - Returns: `false` when the link is down, or the connection that has them is not shared now.
    func lend(
        placesOf worker: String, on connection: TaskScheduler.SessionID, for requests: [TaskScheduler.Request]
    ) -> Bool {
        let granted = TaskScheduler.Wanted.grouped(requests)
        return state.withLock { state in
            guard let outbound = state.outbound else { return false }
            guard let shared = state.shared[worker], shared.connection == connection else {
                retries.put(contentsOf: granted.map { .stand($0, opening: state.opening) })
                return false
            }
            state.shared[worker]?.lent += requests.count
            for wanted in granted {
                let rest = state.standing[wanted.kind, default: 0] - wanted.count
                state.standing[wanted.kind] = rest > 0 ? rest : nil
            }
            let places = Aether_V1_Places.with {
                $0.stream = shared.stream
                $0.count = Int32(clamping: requests.count)
                $0.grantedFor = granted.map { Aether_V1_WaitingTasks($0) }
            }
            return outbound.put(.with { $0.granted = [places] })
        }
    }

    // MARK: What the other server says

    private func take(_ share: Aether_V1_TaskShare) async {
        for tasks in share.tasks {
            workers.note(tasks)
            await engine.relay(tasks.tasks, to: tasks.workerID)
        }
        for stream in share.ended { await end(stream) }
        for places in share.returned { await takeBack(places) }
        for places in share.refused {
            await takeBack(places)
            state.withLock { state in
                for wanted in places.grantedFor.map({ TaskScheduler.Wanted($0) }) {
                    state.standing[wanted.kind, default: 0] += wanted.count
                    retries.put(.stand(wanted, opening: state.opening))
                }
            }
        }
        let more = state.withLock { state in
            share.waiting.compactMap { wire -> TaskScheduler.Wanted? in
                var wanted = TaskScheduler.Wanted(wire)
                let count = wanted.count - state.standing[wanted.kind, default: 0]
                guard count > 0 else { return nil }
                state.standing[wanted.kind, default: 0] += count
                wanted.count = count
                return wanted
            }
        }
        if !more.isEmpty { await engine.stand(in: more, for: peer.node.id) }
    }

    /// The other server has let go of a stream: if the worker is still connected here, it is introduced again.
    private func end(_ stream: Aether_V1_SharedStream) async {
        let shared = state.withLock { state -> Shared? in
            guard state.shared[stream.workerID]?.stream == stream else { return nil }
            return state.shared.removeValue(forKey: stream.workerID)
        }
        guard let shared else { return }
        await engine.takeBack(shared.lent, on: shared.connection)
        retries.put(.introduce(stream.workerID))
    }

    /// What is said of a stream that is no longer shared came too late: its places are back already.
    private func takeBack(_ places: Aether_V1_Places) async {
        let count = Int(places.count)
        let connection = state.withLock { state -> TaskScheduler.SessionID? in
            guard let shared = state.shared[places.stream.workerID], shared.stream == places.stream else { return nil }
            state.shared[places.stream.workerID]?.lent -= count
            return shared.connection
        }
        if let connection { await engine.takeBack(count, on: connection) }
    }
}

extension TaskScheduler.Wanted {
    /// What is asked for, by kind.
    static func grouped(_ requests: [TaskScheduler.Request]) -> [TaskScheduler.Wanted] {
        var counts: [TaskScheduler.Wanted: Int] = [:]
        for request in requests {
            let kind = TaskScheduler.Wanted(
                request.resource, needsReplay: request.needsReplay, generationBefore: request.generationBefore, count: 0
            )
            counts[kind, default: 0] += 1
        }
        return counts.map { kind, count in
            var wanted = kind
            wanted.count = count
            return wanted
        }
    }

    /// The same whatever its count.
    var kind: TaskScheduler.Wanted {
        TaskScheduler.Wanted(resource, needsReplay: needsReplay, generationBefore: generationBefore, count: 0)
    }

    init(_ wire: Aether_V1_WaitingTasks) {
        self.init(
            wire.isActivity ? .activity(wire.name, service: wire.service) : .workflow(wire.name),
            needsReplay: wire.needsReplay, generationBefore: wire.generationBefore, count: Int(wire.count))
    }
}

extension Aether_V1_WaitingTasks {
    init(_ wanted: TaskScheduler.Wanted) {
        self.init()
        switch wanted.resource {
        case .workflow(let name): self.name = name
        case .activity(let name, let service):
            isActivity = true
            self.name = name
            self.service = service
        }
        needsReplay = wanted.needsReplay
        generationBefore = wanted.generationBefore
        count = UInt32(clamping: wanted.count)
    }
}
