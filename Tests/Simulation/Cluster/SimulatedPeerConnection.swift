import AetherActors
import AetherProtocol
import AetherRuntime
import AetherServer
import GRPCCore
import SwiftProtobuf

/// One server's way to another, whichever process has the address: calls take time and get lost, and streams break.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedPeerConnection: PeerConnection, @unchecked Sendable {
    typealias Node = any Aether_V1_NodeService.SimpleServiceProtocol

    private let world: World
    private let machine: Machine
    private let place: Int
    private let target: Int
    private let stopping = BatchQueue<Void>()
    private var isShutDown = false

    private static let lost = RPCError(code: .unavailable, message: "the connection to the other server broke")

    /// - Parameters:
    ///   - world: where both are.
    ///   - machine: whose way it is.
    ///   - place: where that is among the servers.
    ///   - target: the place of the other one.
    init(_ world: World, from machine: Machine, at place: Int, to target: Int) {
        self.world = world
        self.machine = machine
        self.place = place
        self.target = target
    }

    func run() async throws {
        _ = await stopping.take()
        isShutDown = true
    }

    func beginGracefulShutdown() {
        isShutDown = true
        stopping.finish()
    }

    /// The other server, once the call has reached it.
    private func reach(within timeout: Duration?) async throws -> (server: SimulatedServer, node: Node) {
        try await world.scheduler.sleep(world.faults.networkTime())
        if !isShutDown, !world.wires.isCut(place, target), let server = world.servers[target], server.isUp,
            let node = server.node
        {
            return (server, node)
        }
        // Who is cut off hears nothing; a port where nobody listens says so.
        let isSilent = world.wires.isCut(place, target)
        try await world.scheduler.sleep(world.draw(1...(isSilent ? min(timeout?.milliseconds ?? 20_000, 20_000) : 20)))
        throw Self.lost
    }

    // MARK: Calls

    private func call<Answer: Sendable>(
        _ what: String, timeout: Duration?,
        _ body: @escaping @Sendable (Node, ServerContext) async throws -> Answer
    ) async throws -> Answer {
        let (server, node) = try await reach(within: timeout)
        let fate = world.faults.fate()
        if fate == .requestLost {
            try await world.scheduler.sleep(world.draw(1...500))
            throw Self.lost
        }
        let reply = Reply<Answer>()
        let work = server.perform(
            after: fate == .late ? 3_000 : 0, { _ in try await Self.serve { try await body(node, $0) } }, reply)
        if fate == .late { throw Self.lost }
        let number = world.wires.add(
            from: place, to: target, cut: { reply.cut() },
            endAtCaller: { reply.giveUp(Self.lost) }, endAtCallee: { work.cancel() })
        // Cancelled when the answer is there.
        let limit = timeout.map { timeout in
            Task(executorPreference: machine) { [world] in
                guard (try? await world.scheduler.sleep(timeout.milliseconds)) != nil else { return }
                reply.giveUp(RPCError(code: .deadlineExceeded, message: "it took too long"))
                work.cancel()
            }
        }
        let answer = await withTaskCancellationHandler {
            await reply.answer()
        } onCancel: {
            work.cancel()
            reply.giveUp(CancellationError())
        }
        limit?.cancel()
        world.wires.remove(number)
        try await world.scheduler.sleep(world.faults.networkTime())
        if fate == .answerLost { throw Self.lost }
        return try answer.get()
    }

    /// As the network would: errors have codes, and a call whose caller is gone is cancelled.
    private static func serve<Answer: Sendable>(
        _ body: @escaping @Sendable (ServerContext) async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await withServerContextRPCCancellationHandle { cancellation in
                let context = ServerContext(
                    descriptor: Aether_V1_NodeService.Method.Call.descriptor, remotePeer: "server",
                    localPeer: "server", cancellation: cancellation)
                return try await withTaskCancellationHandler {
                    try await body(context)
                } onCancel: {
                    cancellation.cancel()
                }
            }
        } catch let error as any RPCErrorConvertible {
            throw RPCError(error)
        } catch let error as RPCError {
            throw error
        } catch {
            throw RPCError(code: .unknown, message: "\(error)")
        }
    }

    func call(_ request: Aether_V1_NodeCall, timeout: Duration?) async throws -> Aether_V1_NodeAnswer {
        try await call(request.method, timeout: timeout) { try await $0.call(request: request, context: $1) }
    }

    func advance(_ request: AdvanceRequest, timeout: Duration) async throws -> AdvanceResponse {
        let request = try Aether_V1_AdvanceRequest(serializedBytes: request.encoded())
        let response = try await call("Advance", timeout: timeout) {
            try await $0.advance(request: request, context: $1)
        }
        let bytes: [UInt8] = try response.serializedBytes()
        return try AdvanceResponse(encoded: bytes)
    }

    func deliver(_ request: Aether_V1_DeliverRequest, timeout: Duration) async throws -> Aether_V1_DeliverResponse {
        try await call("Deliver", timeout: timeout) { try await $0.deliver(request: request, context: $1) }
    }

    func look(timeout: Duration) async throws {
        _ = try await call("Look", timeout: timeout) {
            try await $0.look(request: Aether_V1_LookRequest(), context: $1)
        }
    }

    func http(_ request: Aether_V1_NodeHttpRequest, timeout: Duration) async throws -> Aether_V1_NodeHttpAnswer {
        try await call("Http", timeout: timeout) { try await $0.http(request: request, context: $1) }
    }

    func getHeldTasks(_ request: Aether_V1_HeldTasksRequest, timeout: Duration) async throws -> Aether_V1_HeldTasks {
        try await call("GetHeldTasks", timeout: timeout) { try await $0.getHeldTasks(request: request, context: $1) }
    }

    // MARK: Streams

    private func stream<Request: Sendable, Response: Sendable, Answer: Sendable>(
        _ send: @escaping @Sendable (RPCWriter<Request>) async throws -> Void,
        _ take: @escaping @Sendable (Pipe<Response>) async throws -> Answer,
        _ body:
            @escaping @Sendable (
                Node, RPCAsyncSequence<Request, any Error>, RPCWriter<Response>, ServerContext
            ) async throws -> Void
    ) async throws -> Answer {
        let (server, node) = try await reach(within: nil)
        let (requests, responses) = (Pipe<Request>(world), Pipe<Response>(world))
        // Ends with the stream, or with the server.
        let serving = Task(executorPreference: server.machine) {
            do {
                try await Self.serve { context in
                    try await body(
                        node, RPCAsyncSequence(wrapping: requests), RPCWriter(wrapping: responses), context)
                }
                responses.end()
            } catch {
                responses.end(.failure(error))
            }
        }
        let number = world.wires.add(
            from: place, to: target,
            cut: {
                requests.cut()
                responses.cut()
            },
            endAtCaller: { responses.breakOff(Self.lost) },
            endAtCallee: {
                requests.breakOff(Self.lost)
                serving.cancel()
            })
        defer { world.wires.remove(number) }
        let giveUp: @Sendable (any Error) -> Void = { error in
            responses.breakOff(error)
            requests.breakOff(RPCError(code: .cancelled, message: "the stream was reset"))
            serving.cancel()
        }
        return try await withTaskCancellationHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        try await send(RPCWriter(wrapping: requests))
                        requests.end()
                    } catch {
                        giveUp(error)
                    }
                }
                defer { group.cancelAll() }
                return try await take(responses)
            }
        } onCancel: {
            giveUp(CancellationError())
        }
    }

    func getHistory<Result: Sendable>(
        _ request: Aether_V1_HistoryRequest,
        take: @escaping @Sendable (RPCAsyncSequence<Aether_V1_JournalEntry, any Error>) async throws -> Result
    ) async throws -> Result {
        try await stream(
            { (_: RPCWriter<Never>) in }, { try await take(RPCAsyncSequence(wrapping: $0)) },
            { try await $0.getHistory(request: request, response: $2, context: $3) })
    }

    func watch(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WatchResultsRequest>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_WatchResultsResponse) async throws -> Void
    ) async throws {
        try await stream(
            send, { while let message = try await $0.next() { try await take(message) } },
            { try await $0.watch(request: $1, response: $2, context: $3) })
    }

    func shareWorkers(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WorkerShare>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_TaskShare) async throws -> Void
    ) async throws {
        try await stream(
            send, { while let message = try await $0.next() { try await take(message) } },
            { try await $0.shareWorkers(request: $1, response: $2, context: $3) })
    }
}
