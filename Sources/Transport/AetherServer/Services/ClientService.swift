internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// `aether.v1.ClientService` over the engine.
struct ClientService: Aether_V1_ClientService.SimpleServiceProtocol {
    let engine: Engine
    /// Where calls about other servers' workflows are passed on to; `nil` to answer of this server's alone.
    var peers: Peers?

    private typealias Method = Aether_V1_ClientService.Method

    /// With the trace of the call's metadata, where the request names none.
    func startWorkflow(
        request: ServerRequest<Aether_V1_StartWorkflowRequest>, context: ServerContext
    ) async throws -> ServerResponse<Aether_V1_StartWorkflowResponse> {
        var message = request.message
        message.takeTrace(of: request.metadata)
        return ServerResponse(message: try await startWorkflow(request: message, context: context))
    }

    func startWorkflow(
        request: Aether_V1_StartWorkflowRequest, context: ServerContext
    ) async throws -> Aether_V1_StartWorkflowResponse {
        var request = request
        if request.workflowID.isEmpty { request.workflowID = makeID() }
        return try await answer(request.workflowID, Method.StartWorkflow.descriptor, request) { id in
            try await engine.start(try Engine.Start(request))
            return .with { $0.workflowID = id.rawValue }
        }
    }

    /// With the trace of the call's metadata, where a start names none.
    func startWorkflows(
        request: ServerRequest<Aether_V1_StartWorkflowsRequest>, context: ServerContext
    ) async throws -> ServerResponse<Aether_V1_StartWorkflowsResponse> {
        var message = request.message
        if request.metadata.hasTrace {
            for index in message.starts.indices { message.starts[index].takeTrace(of: request.metadata) }
        }
        return ServerResponse(message: try await startWorkflows(request: message, context: context))
    }

    func startWorkflows(
        request: Aether_V1_StartWorkflowsRequest, context: ServerContext
    ) async throws -> Aether_V1_StartWorkflowsResponse {
        guard let peers else { return try await startHere(request) }
        var request = request
        for index in request.starts.indices where request.starts[index].workflowID.isEmpty {
            request.starts[index].workflowID = makeID()
        }
        return try await startWorkflows(request, peers)
    }

    func startHere(_ request: Aether_V1_StartWorkflowsRequest) async throws -> Aether_V1_StartWorkflowsResponse {
        let starts = request.starts.map { wire in
            Result { () throws(EngineError) in try Engine.Start(wire) }
        }
        var results = await engine.start(starts.compactMap { try? $0.get() }).makeIterator()
        let answers = zip(request.starts, starts).map { wire, start in
            switch start {
            case .failure(let error): Aether_V1_StartAnswer(wire.workflowID, .failure(error))
            case .success(let start): Aether_V1_StartAnswer(start.id.rawValue, results.next() ?? .success(()))
            }
        }
        return .with { $0.answers = answers }
    }

    func getWorkflowStatus(
        request: Aether_V1_GetStatusRequest, context: ServerContext
    ) async throws -> Aether_V1_WorkflowStatus {
        try await answer(request.workflowID, Method.GetWorkflowStatus.descriptor, request) { id in
            Aether_V1_WorkflowStatus(try await engine.status(id))
        }
    }

    func awaitResult(
        request: Aether_V1_AwaitResultRequest, context: ServerContext
    ) async throws -> Aether_V1_WorkflowResult {
        let id = try WorkflowID(checking: request.workflowID)
        guard request.timeoutSeconds >= 0 else {
            throw EngineError(
                .invalidArgument, "timeout_seconds is \(request.timeoutSeconds); give 0 (no limit) or a positive number"
            )
        }
        if let peers { return try await awaitResult(request, of: id, peers) }
        let timeout = request.timeoutSeconds == 0 ? nil : Duration.seconds(Int64(request.timeoutSeconds))
        let (outcome, state) = try await engine.awaitResult(id, timeout: timeout)
        return Aether_V1_WorkflowResult(outcome, state)
    }

    func cancelWorkflow(
        request: Aether_V1_CancelRequest, context: ServerContext
    ) async throws -> Aether_V1_CancelResponse {
        try await answer(request.workflowID, Method.CancelWorkflow.descriptor, request) { id in
            try await engine.cancel(id)
            return .with { $0.success = true }
        }
    }

    func terminateWorkflow(
        request: Aether_V1_TerminateRequest, context: ServerContext
    ) async throws -> Aether_V1_TerminateResponse {
        try await answer(request.workflowID, Method.TerminateWorkflow.descriptor, request) { id in
            try await engine.terminate(id)
            return Aether_V1_TerminateResponse()
        }
    }

    /// With the trace of the call's metadata, where the request names none.
    func signalWorkflow(
        request: ServerRequest<Aether_V1_SignalRequest>, context: ServerContext
    ) async throws -> ServerResponse<Aether_V1_SignalResponse> {
        var message = request.message
        message.takeTrace(of: request.metadata)
        return ServerResponse(message: try await signalWorkflow(request: message, context: context))
    }

    func signalWorkflow(
        request: Aether_V1_SignalRequest, context: ServerContext
    ) async throws -> Aether_V1_SignalResponse {
        var request = request
        if request.signalID.isEmpty { request.signalID = WorkflowIDGenerator.make() }
        return try await answer(request.workflowID, Method.SignalWorkflow.descriptor, request) { id in
            try await engine.signal(
                id, Signal(request),
                in: TraceContext(traceparent: request.traceparent, tracestate: request.tracestate))
            return Aether_V1_SignalResponse()
        }
    }

    func deleteWorkflow(
        request: Aether_V1_DeleteRequest, context: ServerContext
    ) async throws -> Aether_V1_DeleteResponse {
        try await answer(request.workflowID, Method.DeleteWorkflow.descriptor, request) { id in
            try await engine.delete(id)
            return .with { $0.success = true }
        }
    }

    func getValue(
        request: Aether_V1_GetValueRequest, context: ServerContext
    ) async throws -> Aether_V1_GetValueResponse {
        try await answer(request.workflowID, Method.GetValue.descriptor, request) { id in
            let value = try await engine.value(request.name, of: id)
            return .with {
                $0.isSet = value != nil
                $0.value = Data(value ?? [])
            }
        }
    }
}

extension Engine.Start {
    fileprivate init(_ request: Aether_V1_StartWorkflowRequest) throws(EngineError) {
        self.init(
            id: request.workflowID.isEmpty
                ? WorkflowID(rawValue: WorkflowIDGenerator.make()) : try WorkflowID(checking: request.workflowID),
            type: request.workflowType,
            input: Array(request.input),
            tier: PersistenceTier(request.tier),
            signal: request.hasSignal ? Signal(request.signal) : nil,
            idPolicy: try Engine.IDPolicy(request.idPolicy)
        )
        trace = TraceContext(traceparent: request.traceparent, tracestate: request.tracestate)
    }
}

extension Aether_V1_StartAnswer {
    fileprivate init(_ id: String, _ result: Result<Void, EngineError>) {
        self.init()
        workflowID = id
        if case .failure(let error) = result {
            code = Int32(error.rpcErrorCode.rawValue)
            message = error.message
        }
    }
}

extension WorkflowID {
    /// Reads an id that came over the wire.
    init(checking text: String) throws(EngineError) {
        guard let id = WorkflowID(validating: text) else {
            throw EngineError(
                .invalidArgument,
                "workflow_id must be 1 to \(WorkflowID.maximumLength) bytes long, without control characters")
        }
        self = id
    }
}

extension Signal {
    fileprivate init(_ request: Aether_V1_SignalRequest) {
        let id = request.signalID.isEmpty ? WorkflowIDGenerator.make() : request.signalID
        self.init(id: id, name: request.name, payload: Array(request.payload))
    }
}

extension Engine.IDPolicy {
    fileprivate init(_ policy: Aether_V1_IdPolicy) throws(EngineError) {
        switch policy {
        case .sameRun: self = .sameRun
        case .reject: self = .reject
        case .replace: self = .replace
        case .UNRECOGNIZED(let number):
            throw EngineError(.invalidArgument, "id_policy \(number) is none that this server knows")
        }
    }
}
