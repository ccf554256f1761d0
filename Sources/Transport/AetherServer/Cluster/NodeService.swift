internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import NGHTTP2Transport
internal import SwiftProtobuf

/// `aether.v1.NodeService`: what other servers of the database ask of this one. It answers of its own workflows alone.
struct NodeService: Aether_V1_NodeService.SimpleServiceProtocol {
    let engine: Engine
    /// These pass nothing on.
    let clients: ClientService
    let workers: WorkerService
    let admin: AdminService
    /// `nil` where there is no HTTP API.
    let api: API?
    let peers: Peers

    func call(request: Aether_V1_NodeCall, context: ServerContext) async throws -> Aether_V1_NodeAnswer {
        guard let call = calls[request.method] else {
            throw RPCError(
                code: .unimplemented,
                message: "there is no call \(request.method); is the other server a newer version?")
        }
        let response = try await call(request.request, context)
        return .with { $0.response = response }
    }

    private typealias Call = @Sendable (Data, ServerContext) async throws -> Data
    private typealias Client = Aether_V1_ClientService.Method
    private typealias Worker = Aether_V1_WorkerService.Method

    private var calls: [String: Call] {
        [
            Client.StartWorkflow.descriptor.method: Self.serialized(clients.startWorkflow(request:context:)),
            Client.StartWorkflows.descriptor.method: Self.serialized(clients.startWorkflows(request:context:)),
            Client.GetWorkflowStatus.descriptor.method: Self.serialized(clients.getWorkflowStatus(request:context:)),
            Client.AwaitResult.descriptor.method: Self.serialized(clients.awaitResult(request:context:)),
            Client.CancelWorkflow.descriptor.method: Self.serialized(clients.cancelWorkflow(request:context:)),
            Client.TerminateWorkflow.descriptor.method: Self.serialized(clients.terminateWorkflow(request:context:)),
            Client.SignalWorkflow.descriptor.method: Self.serialized(clients.signalWorkflow(request:context:)),
            Client.DeleteWorkflow.descriptor.method: Self.serialized(clients.deleteWorkflow(request:context:)),
            Client.GetValue.descriptor.method: Self.serialized(clients.getValue(request:context:)),
            Worker.Register.descriptor.method: Self.serialized(register(request:context:)),
            Worker.CompleteStep.descriptor.method: Self.serialized(workers.completeStep(request:context:)),
            Worker.CompleteSteps.descriptor.method: Self.serialized(workers.completeSteps(request:context:)),
            Worker.Heartbeat.descriptor.method: Self.serialized(workers.heartbeat(request:context:)),
        ]
    }

    private func register(
        request: Aether_V1_RegisterRequest, context: ServerContext
    ) async throws -> Aether_V1_RegisterResponse {
        let response = try await workers.registerHere(request)
        workers.note(request, kept: response.keptTaskIds, peers.workers)
        return response
    }

    private static func serialized<Request: Message, Response: Message>(
        _ call: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) -> Call {
        { bytes, context in
            try await call(try Request(serializedBytes: bytes), context).serializedBytes()
        }
    }

    /// Not called over the network, where ``advanceHandler`` has its place.
    func advance(
        request: Aether_V1_AdvanceRequest, context: ServerContext
    ) async throws -> Aether_V1_AdvanceResponse {
        try await workers.advance(request: request, context: context)
    }

    var advanceHandler: UnaryHandler {
        UnaryHandler(Aether_V1_NodeService.Method.Advance.descriptor) { bytes in
            NGHTTP2MessageBytes(try await workers.advance(try AdvanceCoding.request(bytes)).encoded())
        }
    }

    func watch(
        request: RPCAsyncSequence<Aether_V1_WatchResultsRequest, any Error>,
        response: RPCWriter<Aether_V1_WatchResultsResponse>, context: ServerContext
    ) async throws {
        try await clients.watchResults(request: request, response: response, context: context)
    }

    func getHistory(
        request: Aether_V1_HistoryRequest, response: RPCWriter<Aether_V1_JournalEntry>, context: ServerContext
    ) async throws {
        try await admin.getHistory(request: request, response: response, context: context)
    }

    func http(
        request: Aether_V1_NodeHttpRequest, context: ServerContext
    ) async throws -> Aether_V1_NodeHttpAnswer {
        guard let api else { throw RPCError(code: .unimplemented, message: "this server has no HTTP API") }
        return try await api.answer(request)
    }

    func deliver(
        request: Aether_V1_DeliverRequest, context: ServerContext
    ) async throws -> Aether_V1_DeliverResponse {
        let answers = await engine.accept(try request.messages.map { try RunMessage($0) })
        return .with { $0.answers = answers.map { Aether_V1_DeliverAnswer($0) } }
    }

    func look(request: Aether_V1_LookRequest, context: ServerContext) async throws -> Aether_V1_LookResponse {
        engine.lookAtMembership()
        return Aether_V1_LookResponse()
    }

    func shareWorkers(
        request: RPCAsyncSequence<Aether_V1_WorkerShare, any Error>, response: RPCWriter<Aether_V1_TaskShare>,
        context: ServerContext
    ) async throws {
        let link = TaskLink(engine: engine)
        let details = context.transportSpecific as? CallDetails
        try await peers.lending(link) {
            try await link.run(request, response, silence: { details?.silence ?? .zero })
        }
    }

    func getHeldTasks(
        request: Aether_V1_HeldTasksRequest, context: ServerContext
    ) async throws -> Aether_V1_HeldTasks {
        let shards = ShardSet(request.shards.compactMap { Shard(number: Int16(clamping: $0)) })
        let tasks = peers.workers.tasks(of: shards).map { held in
            Aether_V1_HeldTask.with {
                $0.workerID = held.worker
                $0.taskID = held.task
                $0.seen = held.seen
            }
        }
        return .with { $0.tasks = tasks }
    }
}
