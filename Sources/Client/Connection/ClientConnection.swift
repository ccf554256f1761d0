internal import AetherProtocol
internal import AetherRuntime
internal import FoundationEssentials
internal import GRPCCore
internal import SwiftProtobuf
internal import Tracing

/// What a client asks of the server. Calls that may be repeated are, while the server is away.
final class ClientConnection: Sendable {
    private static let retryDelay = Duration.milliseconds(50)...Duration.seconds(2)

    private let server: any ServerCalls
    /// What errors call the server.
    private let address: String
    private let requestTimeout: Duration

    init(_ server: any ServerCalls, at address: String, requestTimeout: Duration) {
        self.server = server
        self.address = address
        self.requestTimeout = requestTimeout
    }

    /// Starts a run; the id is made here, so that a repeated attempt finds the run of the first.
    func start(
        type: String, input: [UInt8], id: String?, tier: PersistenceTier?, policy: IDPolicy, signal: SignalMessage?
    ) async throws -> String {
        var request = Aether_V1_StartWorkflowRequest.with {
            $0.workflowType = type
            $0.input = Data(input)
            $0.workflowID = id ?? WorkflowIDGenerator.make()
            $0.tier = Aether_V1_Tier(tier)
            $0.idPolicy = policy.wire
            if let signal { $0.signal = Aether_V1_SignalRequest(signal, to: $0.workflowID) }
        }
        guard let tracer = WorkTracer.current else { return try await start(request) }
        let attributes: SpanAttributes = [
            SpanKey.workflowType: .string(type), SpanKey.workflowID: .string(request.workflowID),
        ]
        return try await tracer.call("start \(type)", attributes) { trace in
            request.traceparent = trace.traceparent
            request.tracestate = trace.tracestate
            return try await start(request)
        }
    }

    private func start(_ request: Aether_V1_StartWorkflowRequest) async throws -> String {
        try await repeating(for: requestTimeout) { try await self.server.startWorkflow(request) }
    }

    func status(of id: String) async throws -> Aether_V1_WorkflowStatus {
        try await repeating(for: requestTimeout) {
            try await self.server.getWorkflowStatus(.with { $0.workflowID = id })
        }
    }

    func cancel(_ id: String) async throws {
        _ = try await repeating(for: requestTimeout) {
            try await self.server.cancelWorkflow(.with { $0.workflowID = id })
        }
    }

    func terminate(_ id: String) async throws {
        _ = try await repeating(for: requestTimeout) {
            try await self.server.terminateWorkflow(.with { $0.workflowID = id })
        }
    }

    func signal(_ id: String, _ message: SignalMessage) async throws {
        var request = Aether_V1_SignalRequest(message, to: id)
        guard let tracer = WorkTracer.current else { return try await signal(request) }
        let attributes: SpanAttributes = [
            SpanKey.signalName: .string(message.name), SpanKey.workflowID: .string(id),
        ]
        try await tracer.call("signal \(message.name)", attributes) { trace in
            request.traceparent = trace.traceparent
            request.tracestate = trace.tracestate
            try await signal(request)
        }
    }

    private func signal(_ request: Aether_V1_SignalRequest) async throws {
        try await repeating(for: requestTimeout) { try await self.server.signalWorkflow(request) }
    }

    func value(_ name: String, of id: String) async throws -> [UInt8]? {
        let request = Aether_V1_GetValueRequest.with {
            $0.workflowID = id
            $0.name = name
        }
        let response = try await repeating(for: requestTimeout) { try await self.server.getValue(request) }
        return response.isSet ? Array(response.value) : nil
    }

    /// Waits for the end of a run, however long that takes and however often the server goes away meanwhile.
    func outcome(of id: String) async throws -> WorkflowOutcome {
        while true {
            let result = try await repeating(for: nil) { try await self.server.awaitResult(of: id) }
            if let outcome = WorkflowOutcome(result.state, payload: Array(result.result), failure: result.failure) {
                return outcome
            }
        }
    }

    /// Makes a call, again and again while the server can't be reached: for as long as the limit says, or, without one,
    /// until the task is cancelled.
    private func repeating<Result: Sendable>(
        for limit: Duration?, _ call: () async throws -> Result
    ) async throws -> Result {
        let deadline = limit.map { ContinuousClock.now + $0 }
        var delay = RetryDelay(Self.retryDelay, random: { .random(in: .min ... .max) })
        while true {
            do {
                return try await call()
            } catch let error as RPCError {
                try Task.checkCancellation()
                let pause = delay.next()
                guard error.isTransient, deadline.map({ ContinuousClock.now + pause < $0 }) ?? true else {
                    throw unreachable(error)
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    private func unreachable(_ error: RPCError) -> AetherError {
        guard error.code == .unavailable else { return AetherError(error) }
        return AetherError(
            code: .unavailable,
            message: "the server at \(address) takes no call (\(error.message)); is it running? Start it: aether serve"
        )
    }
}

extension Aether_V1_SignalRequest {
    fileprivate init(_ message: SignalMessage, to id: String) {
        self.init()
        workflowID = id
        name = message.name
        payload = Data(message.payload)
        signalID = message.id
    }
}
