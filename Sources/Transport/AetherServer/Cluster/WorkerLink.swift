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
    private struct State {
        /// How many places of each worker the other server has.
        var lent: [String: Int] = [:]
        /// How many places it stands in line for, of each kind.
        var standing: [TaskScheduler.Wanted: Int] = [:]
        var isOpen = false
    }

    let peer: Peer
    private let engine: Engine
    private let workers: LocalWorkers
    private let logger: Logger
    private let state = Mutex(State())
    private let outbound = Mutex(BatchQueue<Aether_V1_WorkerShare>())
    /// Workers that the other server has let go of.
    private let released = BatchQueue<String>()
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
            group.addTask { await self.introduceAgain() }
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

    /// The other server has let go of workers that are connected here: they are introduced again.
    private func introduceAgain() async {
        while let workers = await released.take(), (try? await engine.sleep(Self.pause)) != nil {
            let workers = Set(workers)
            for worker in workers { await takeAllBack(of: worker) }
            for registration in self.workers.registrations where workers.contains(registration.workerID) {
                if (try? await introduce(registration)) != nil { connect(registration.workerID) }
            }
        }
    }

    private func open() async throws {
        let queue = BatchQueue<Aether_V1_WorkerShare>()
        outbound.withLock { $0 = queue }
        state.withLock { $0.isOpen = true }
        let peer = peer
        try await peer.calls.shareWorkers(
            requestProducer: { writer in
                for registration in self.workers.registrations {
                    let kept = Set(try await self.introduce(registration).keptTaskIds)
                    await self.revoke(registration.heldTaskIds.filter { !kept.contains($0) }, of: registration.workerID)
                    try await writer.write(.with { $0.connected = [registration.workerID] })
                }
                while let batch = await queue.take() { try await writer.write(contentsOf: batch) }
            },
            onResponse: { response in
                for try await share in response.messages { await self.take(share) }
            })
    }

    private func close() async {
        outbound.withLock { $0.finish() }
        let lent = state.withLock { state in
            defer { state = State() }
            return state.lent
        }
        for (worker, count) in lent where count != 0 { await engine.takeBack(count, of: worker) }
    }

    /// Registers a worker at the other server, which may then have its places.
    @discardableResult
    func introduce(_ registration: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        let response: Aether_V1_RegisterResponse = try await peer.call(
            Aether_V1_WorkerService.Method.Register.descriptor, registration, options: Peer.shortOptions)
        return response
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

    func connect(_ worker: String) {
        send(.with { $0.connected = [worker] })
    }

    func disconnect(_ worker: String) async {
        send(.with { $0.disconnected = [worker] })
        await takeAllBack(of: worker)
    }

    private func takeAllBack(of worker: String) async {
        let count = state.withLock { $0.lent.removeValue(forKey: worker) ?? 0 }
        if count != 0 { await engine.takeBack(count, of: worker) }
    }

    /// Places of a worker were found that the other server stood in line for.
    ///
    /// - Returns: `false` when the link is down.
    func lend(placesOf worker: String, for requests: [TaskScheduler.Request]) -> Bool {
        let isOpen = state.withLock { state in
            guard state.isOpen else { return false }
            state.lent[worker, default: 0] += requests.count
            for request in requests {
                let kind = TaskScheduler.Wanted(
                    request.resource, needsReplay: request.needsReplay, generationBefore: request.generationBefore,
                    count: 0)
                if let count = state.standing[kind] { state.standing[kind] = count > 1 ? count - 1 : nil }
            }
            return true
        }
        guard isOpen else { return false }
        let places = Aether_V1_Places.with {
            $0.workerID = worker
            $0.count = Int32(clamping: requests.count)
        }
        send(.with { $0.granted = [places] })
        return true
    }

    private func send(_ share: Aether_V1_WorkerShare) {
        _ = outbound.withLock { $0 }.put(share)
    }

    // MARK: What the other server says

    private func take(_ share: Aether_V1_TaskShare) async {
        for tasks in share.tasks {
            workers.note(tasks)
            await engine.relay(tasks.tasks, to: tasks.workerID)
        }
        if !share.ended.isEmpty { released.put(contentsOf: share.ended) }
        for places in share.returned {
            state.withLock { $0.lent[places.workerID, default: 0] -= Int(places.count) }
            await engine.takeBack(Int(places.count), of: places.workerID)
        }
        let more = state.withLock { state in
            share.waiting.compactMap { wire -> TaskScheduler.Wanted? in
                var wanted = TaskScheduler.Wanted(wire)
                let kind = wanted.kind
                let count = wanted.count - state.standing[kind, default: 0]
                guard count > 0 else { return nil }
                state.standing[kind, default: 0] += count
                wanted.count = count
                return wanted
            }
        }
        if !more.isEmpty { await engine.stand(in: more, for: peer.node.id) }
    }
}

extension TaskScheduler.Wanted {
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
