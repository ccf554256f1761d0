internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import NGHTTP2Transport
internal import SwiftProtobuf

/// `aether.v1.WorkerService` over the engine.
struct WorkerService: Aether_V1_WorkerService.SimpleServiceProtocol {
    /// What `max_tasks` 0 means.
    private static let defaultMaximumTasks = 100

    let engine: Engine
    let serverID: String
    /// The servers whose runs the workers have tasks of too; `nil` to know this server's alone.
    var peers: Peers?

    func register(
        request: Aether_V1_RegisterRequest, context: ServerContext
    ) async throws -> Aether_V1_RegisterResponse {
        if let peers { return try await register(request, peers) }
        return try await registerHere(request)
    }

    func registerHere(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        let workflows = request.provides.filter { $0.type == .workflow && !$0.name.isEmpty }
        // STEP is a synonym of ACTIVITY.
        let activities = request.provides.filter { $0.type != .workflow && !$0.name.isEmpty }
        let kept = try await engine.register(
            Engine.Registration(
                worker: WorkerIdentity(id: request.workerID, isPlain: request.protocol == 0),
                id: RegistrationID(request),
                workflows: Dictionary(
                    workflows.map { ($0.name, PersistenceTier($0.metadata.tier)) }, uniquingKeysWith: { $1 }),
                activities: activities.map(\.name),
                service: request.serviceName,
                languages: request.language,
                group: request.group,
                held: request.heldTaskIds.enumerated().map { index, task in
                    Engine.Registration.Held(
                        task: task,
                        seen: index < request.heldSequences.count ? request.heldSequences[index] : nil,
                        record: index < request.heldRecords.count ? request.heldRecords[index] : 0)
                }
            ))
        return .with {
            $0.serverID = serverID
            $0.supportedWorkflowTypes = workflows.map(\.name)
            $0.keptTaskIds = kept
            $0.maximumValueBytes = UInt64(engine.maximumValueBytes)
        }
    }

    func pollTasks(
        request: Aether_V1_PollRequest, response: RPCWriter<Aether_V1_Task>, context: ServerContext
    ) async throws {
        guard request.maxTasks >= 0 else {
            throw EngineError(
                .invalidArgument, "max_tasks is \(request.maxTasks); give 0 (for 100) or a positive number")
        }
        let maximum = request.maxTasks == 0 ? Self.defaultMaximumTasks : Int(request.maxTasks)
        let details = context.transportSpecific as? CallDetails
        let feed = try await engine.poll(
            worker: request.workerID,
            registration: request.instanceID.isEmpty
                ? nil : RegistrationID(instance: request.instanceID, number: request.registration),
            maximumTasks: maximum, silence: { details?.silence ?? .zero })
        let stream = TaskStream(engine: engine, response: response)
        peers?.connect(request.workerID, on: feed.connection)
        do {
            // A stream that broke cancels the call; so does a client that goes away while nothing is sent.
            try await withRPCCancellationHandler {
                while let messages = await feed.next() {
                    try await stream.send(messages)
                }
            } onCancelRPC: {
                feed.cancel()
            }
        } catch {
            await end(feed, of: request.workerID)
            throw error
        }
        await end(feed, of: request.workerID)
        switch feed.end {
        case .replaced:
            throw EngineError(.aborted, "a newer stream of worker \(request.workerID) took the place of this one")
        case .stopping:
            throw EngineError(.unavailable, "the server is shutting down; connect again")
        case .cancelled, nil:
            throw RPCError(code: .cancelled, message: "the stream was cancelled")
        }
    }

    private func end(_ feed: TaskFeed, of worker: String) async {
        await engine.endPoll(worker: worker, feed)
        peers?.disconnect(worker, on: feed.connection)
    }

    func completeStep(
        request: Aether_V1_CompleteStepRequest, context: ServerContext
    ) async throws -> Aether_V1_CompleteStepResponse {
        try await answer(request.taskID, Aether_V1_WorkerService.Method.CompleteStep.descriptor, request) {
            let completion = Engine.Completion(request)
            try await engine.complete(task: completion.task, completion.result)
            return .with { $0.success = true }
        }
    }

    func completeSteps(
        request: Aether_V1_CompleteStepsRequest, context: ServerContext
    ) async throws -> Aether_V1_CompleteStepsResponse {
        if let peers { return try await completeSteps(request, peers) }
        return await completeHere(request)
    }

    func completeHere(_ request: Aether_V1_CompleteStepsRequest) async -> Aether_V1_CompleteStepsResponse {
        let results = await engine.complete(request.steps.map { Engine.Completion($0) })
        return .with {
            $0.answers = zip(request.steps, results).map { Aether_V1_CompleteStepAnswer(task: $0.taskID, $1) }
        }
    }

    func heartbeat(
        request: Aether_V1_HeartbeatRequest, context: ServerContext
    ) async throws -> Aether_V1_HeartbeatResponse {
        try await answer(request.taskID, Aether_V1_WorkerService.Method.Heartbeat.descriptor, request) {
            let details = request.details.isEmpty ? nil : Array(request.details)
            let beat = try await engine.heartbeat(task: request.taskID, details: details)
            return .with {
                $0.ok = beat.isHeld
                $0.cancelRequested = beat.isCancelRequested
            }
        }
    }

    /// Not called over the network, where ``advanceHandler`` has its place.
    func advance(
        request: Aether_V1_AdvanceRequest, context: ServerContext
    ) async throws -> Aether_V1_AdvanceResponse {
        let bytes: [UInt8] = try request.serializedBytes()
        let response = try await advance(AdvanceRequest(encoded: bytes))
        return try Aether_V1_AdvanceResponse(serializedBytes: response.encoded())
    }
}

extension Engine.Completion {
    fileprivate init(_ request: Aether_V1_CompleteStepRequest) {
        self.init(
            task: request.taskID,
            request.error.isEmpty
                ? .completed(Array(request.result))
                : .failed(
                    Failure(message: request.error, type: request.errorType, isNonRetryable: request.nonRetryable)))
    }
}

extension Aether_V1_CompleteStepAnswer {
    fileprivate init(task: String, _ result: Result<Void, EngineError>) {
        self.init()
        taskID = task
        if case .failure(let error) = result {
            code = Int32(error.rpcErrorCode.rawValue)
            message = error.message
        }
    }
}
