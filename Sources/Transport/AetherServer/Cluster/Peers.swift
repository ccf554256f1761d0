internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import Logging
internal import SwiftProtobuf
internal import Synchronization

/// The other servers of the database: who owns a workflow is found and reached here.
final class Peers: Sendable {
    private struct State {
        var peers: [ClusterNode: Peer] = [:]
        var links: [String: WorkerLink] = [:]
        var lenders: [TaskLink] = []
        var isFinished = false
    }

    /// The workers that are connected to this server.
    let workers: LocalWorkers

    /// What one call delivers at most.
    private static let messagesAtOnce = 1_000
    private static let bytesAtOnce = 4 * 1024 * 1024
    /// How often a workflow's owner is looked for, and how long it takes from one look to the next. In all longer than it takes until a
    /// server looks at who owns what.
    private static let looks = 80
    private static let pause = Duration.milliseconds(50)

    private let engine: Engine
    private let connect: @Sendable (ClusterNode) -> (any PeerConnection)?
    private let logger: Logger
    private let state = Mutex(State())
    /// Connections and links that are to be kept up.
    private let jobs = BatchQueue<@Sendable () async -> Void>()

    /// - Parameters:
    ///   - engine: knows who owns what.
    ///   - connect: makes the connection to a server; `nil` for an address that is none.
    ///   - logger: hears of trouble.
    init(
        engine: Engine, connect: @escaping @Sendable (ClusterNode) -> (any PeerConnection)?, logger: Logger
    ) {
        self.engine = engine
        self.connect = connect
        self.logger = logger
        workers = LocalWorkers(uptime: engine.uptime)
    }

    /// Keeps connections and links up until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            while let new = await jobs.take() {
                for job in new { group.addTask { await job() } }
            }
            group.cancelAll()
        }
    }

    private func keepUp(_ peer: Peer) async {
        do {
            try await peer.connection.run()
        } catch {
            logger.warning(
                "the connection to another server has ended",
                metadata: [LogKey.node: "\(peer.node.address)", LogKey.error: "\(error)"])
        }
    }

    /// The connection to a node; it is made when there is none.
    func peer(_ node: ClusterNode) -> Peer? {
        let (peer, isNew, gone) = state.withLock { state -> (Peer?, Bool, [Peer]) in
            if state.isFinished { return (nil, false, []) }
            if let peer = state.peers[node] { return (peer, false, []) }
            guard let connection = connect(node) else { return (nil, false, []) }
            let peer = Peer(node: node, connection: connection)
            // A process that has come back at the address is another node.
            let gone = state.peers.values.filter { $0.node.address == node.address }
            for peer in gone { state.peers[peer.node] = nil }
            state.peers[node] = peer
            return (peer, true, gone)
        }
        for peer in gone { peer.connection.beginGracefulShutdown() }
        if isNew, let peer { jobs.put { await self.keepUp(peer) } }
        return peer
    }

    /// Who owns a workflow, where that is another one; waits for a while when it is nobody's, as when it changes servers.
    ///
    /// - Returns: `nil` when the workflow is this server's.
    /// - Throws: `elsewhere` when it is nobody's for longer.
    func nextOwner(of id: WorkflowID) async throws(EngineError) -> Peer? {
        for _ in 0..<Self.looks {
            do throws(EngineError) {
                return try owner(of: id)
            } catch {
                guard error.code == .elsewhere, (try? await engine.sleep(Self.pause)) != nil else { throw error }
            }
        }
        return try owner(of: id)
    }

    /// Has the owner of a workflow do something, also while the workflow changes servers.
    ///
    /// - Parameters:
    ///   - id: the workflow.
    ///   - body: is given the owner, `nil` for this server; throws `elsewhere` when that is not its owner, and nothing was done.
    /// - Returns: what the body returns.
    /// - Throws: `elsewhere` when it is nobody's for longer; what the body throws.
    func atOwner<Answer>(of id: WorkflowID, _ body: (Peer?) async throws -> Answer) async throws -> Answer {
        for _ in 0..<Self.looks {
            let peer = try await nextOwner(of: id)
            do {
                return try await body(peer)
            } catch let error as EngineError where error.code == .elsewhere {
                guard (try? await engine.sleep(Self.pause)) != nil else { throw error }
            }
        }
        return try await body(try await nextOwner(of: id))
    }

    /// Who owns each of some workflows; waits for a while while some are nobody's.
    func nextOwners(of ids: [WorkflowID?]) async -> OwnerGroups {
        var groups = OwnerGroups(ids, self)
        for _ in 0..<Self.looks where !groups.unowned.isEmpty {
            guard (try? await engine.sleep(Self.pause)) != nil else { break }
            groups = OwnerGroups(ids, self)
        }
        return groups
    }

    /// Who owns a workflow now, where that is another one.
    ///
    /// - Returns: `nil` when the workflow is this server's.
    /// - Throws: `elsewhere` when it is nobody's.
    func owner(of id: WorkflowID) throws(EngineError) -> Peer? {
        guard let owners, let place = try owners.place(of: id) else { return nil }
        return try reached(owners.node(place), for: id)
    }

    /// Who owns what now.
    var owners: ShardOwners? { engine.owners }

    /// The connection to the owner of a workflow.
    ///
    /// - Throws: `elsewhere` when it can't be reached.
    func reached(_ node: ClusterNode, for id: WorkflowID) throws(EngineError) -> Peer {
        guard let peer = peer(node) else {
            throw EngineError(.elsewhere, "the server at \(node.address), which owns workflow \(id), can't be reached")
        }
        return peer
    }

    /// The links by which workers of this server have tasks of others.
    var links: [WorkerLink] { state.withLock { Array($0.links.values) } }

    /// A worker's stream at this server has begun.
    func connect(_ worker: String, on connection: TaskScheduler.SessionID) {
        workers.connect(worker, on: connection)
        for link in links { link.follow(worker) }
    }

    /// A worker's stream at this server is over.
    func disconnect(_ worker: String, on connection: TaskScheduler.SessionID) {
        workers.disconnect(worker, on: connection)
        for link in links { link.follow(worker) }
    }

    /// A link by which this server's tasks go to workers of another one, for as long as a body runs.
    func lending(_ link: TaskLink, _ body: () async throws -> Void) async throws {
        state.withLock { $0.lenders.append(link) }
        defer { state.withLock { $0.lenders.removeAll { $0 === link } } }
        try await body()
    }

    func finish() {
        let (peers, links) = state.withLock { state in
            state.isFinished = true
            return (Array(state.peers.values), Array(state.links.values))
        }
        for link in links { link.stop() }
        for peer in peers { peer.connection.beginGracefulShutdown() }
        jobs.finish()
    }
}

extension Peers: ClusterPeers {
    func follow(_ nodes: [ClusterNode]) {
        let present = Set(nodes.map(\.id))
        let (ended, gone) = state.withLock { state in
            let ended = state.links.filter { !present.contains($0.key) }
            let gone = state.peers.values.filter { !present.contains($0.node.id) }
            for id in ended.keys { state.links[id] = nil }
            for peer in gone { state.peers[peer.node] = nil }
            return (Array(ended.values), gone)
        }
        for link in ended { link.stop() }
        for peer in gone { peer.connection.beginGracefulShutdown() }
        for peer in nodes.compactMap(peer) {
            let new = state.withLock { state -> WorkerLink? in
                guard state.links[peer.node.id] == nil, !state.isFinished else { return nil }
                let link = WorkerLink(peer: peer, engine: engine, workers: workers, logger: logger)
                state.links[peer.node.id] = link
                return link
            }
            if let new { jobs.put { await new.run() } }
        }
    }

    func lend(
        placesOf worker: String, on connection: TaskScheduler.SessionID, to node: String,
        for requests: [TaskScheduler.Request]
    ) -> Bool {
        state.withLock { $0.links[node] }?.lend(placesOf: worker, on: connection, for: requests) ?? false
    }

    func tellLenders(_ changes: TaskScheduler.LoanChanges, _ wanted: [TaskScheduler.Wanted]) {
        for lender in state.withLock({ $0.lenders }) {
            lender.giveBack(changes.returned)
            if !wanted.isEmpty { lender.want(wanted) }
        }
    }

    func keep(_ tasks: [HeldTask]) {
        workers.keep(tasks)
    }

    func deliver(_ messages: [RunMessage], to node: ClusterNode) async -> [MessageAnswer] {
        guard let peer = peer(node) else { return messages.map { _ in .undelivered } }
        var answers: [MessageAnswer] = []
        while answers.count < messages.count {
            var request = Aether_V1_DeliverRequest()
            var bytes = 0
            for message in messages[answers.count...].prefix(Self.messagesAtOnce) where bytes < Self.bytesAtOnce {
                let wire = Aether_V1_RunMessage(message)
                bytes += wire.input.count + wire.outcome.result.count
                request.messages.append(wire)
            }
            let response = try? await peer.connection.deliver(request, timeout: Peer.shortTimeout)
            if let response, response.answers.count == request.messages.count {
                answers += response.answers.map { MessageAnswer($0) }
            } else {
                answers += request.messages.map { _ in .undelivered }
            }
        }
        return answers
    }

    func haveLook(_ nodes: [ClusterNode]) async {
        await withDiscardingTaskGroup { group in
            for peer in nodes.compactMap(peer) {
                group.addTask { try? await peer.connection.look(timeout: Peer.shortTimeout) }
            }
        }
    }

    func hasRun(_ id: WorkflowID, at node: ClusterNode) async -> Bool? {
        do {
            let request = Aether_V1_GetStatusRequest.with { $0.workflowID = id.rawValue }
            let _: Aether_V1_WorkflowStatus? = try await peer(node)?.call(
                Aether_V1_ClientService.Method.GetWorkflowStatus.descriptor, request)
            return true
        } catch let error as RPCError {
            return error.code == .notFound ? false : nil
        } catch {
            return nil
        }
    }

    func heldTasks(of shards: ShardSet, at nodes: [ClusterNode]) async -> [HeldTask] {
        let request = Aether_V1_HeldTasksRequest.with { $0.shards = shards.shards.map { Int32($0.number) } }
        let own = workers.takeTasks(of: shards)
        return await withTaskGroup(of: [HeldTask].self) { group in
            for peer in nodes.compactMap(peer) {
                group.addTask {
                    let response = try? await peer.connection.getHeldTasks(request, timeout: Peer.shortTimeout)
                    return (response?.tasks ?? []).map { HeldTask(worker: $0.workerID, task: $0.taskID, seen: $0.seen) }
                }
            }
            return await group.reduce(into: own) { $0 += $1 }
        }
    }
}
