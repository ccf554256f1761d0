internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import Hummingbird
internal import NIOCore
internal import SwiftProtobuf

/// Requests to the HTTP API about workflows that the peer owns.
extension Peer {
    /// Has the peer answer, and passes on what it says.
    func response(to request: APIRequest, of operation: APIOperation) async throws -> Response {
        let body = try await request.bytes
        let wire = Aether_V1_NodeHttpRequest.with {
            $0.operation = operation.name
            $0.parameters = request.parameters
            $0.path = request.path
            $0.body = Data(body)
            $0.traceparent = request.trace?.traceparent ?? ""
            $0.tracestate = request.trace?.state ?? ""
        }
        let (heads, head) = AsyncThrowingStream<Aether_V1_NodeHttpAnswer, any Error>.makeStream()
        let (pieces, piece) = AsyncThrowingStream<ByteBuffer, any Error>.makeStream()
        let calls = calls
        let call = Task {
            do {
                try await calls.http(wire) { response in
                    var isFirst = true
                    for try await answer in response.messages {
                        if isFirst { head.yield(answer) }
                        isFirst = false
                        if !answer.body.isEmpty { piece.yield(ByteBuffer(bytes: answer.body)) }
                    }
                }
                head.finish()
                piece.finish()
            } catch {
                head.finish(throwing: error)
                piece.finish(throwing: error)
            }
        }
        let first: Aether_V1_NodeHttpAnswer?
        do {
            first = try await heads.first { _ in true }
        } catch let error as RPCError {
            throw EngineError(.elsewhere, "the server at \(node.address) does not answer: \(error.message); try again")
        }
        guard let first else {
            throw EngineError(.elsewhere, "the server at \(node.address) does not answer; try again")
        }
        var headers = HTTPFields()
        for (name, value) in first.headers { HTTPFields.Element.Name(name).map { headers[$0] = value } }
        return Response(
            status: HTTPResponse.Status(code: Int(first.status)), headers: headers,
            body: ResponseBody { writer in
                try await withTaskCancellationHandler {
                    for try await buffer in pieces { try await writer.write(buffer) }
                } onCancel: {
                    call.cancel()
                }
                try await writer.finish(nil)
            })
    }

    func start(_ start: Engine.Start) async throws {
        let request = Aether_V1_StartWorkflowRequest.with {
            $0.workflowID = start.id.rawValue
            $0.workflowType = start.type
            $0.input = Data(start.input)
            $0.tier = Aether_V1_Tier(start.tier)
            $0.idPolicy = Aether_V1_IdPolicy(start.idPolicy)
            $0.traceparent = start.trace?.traceparent ?? ""
            $0.tracestate = start.trace?.state ?? ""
        }
        do {
            let _: Aether_V1_StartWorkflowResponse = try await call(
                Aether_V1_ClientService.Method.StartWorkflow.descriptor, request)
        } catch let error as RPCError {
            throw EngineError(error)
        }
    }

    func cancel(_ id: WorkflowID) async throws(EngineError) {
        do {
            let _: Aether_V1_CancelResponse = try await call(
                Aether_V1_ClientService.Method.CancelWorkflow.descriptor,
                Aether_V1_CancelRequest.with { $0.workflowID = id.rawValue })
        } catch let error as RPCError {
            throw EngineError(error)
        } catch {
            throw EngineError(.unavailable, "\(error)")
        }
    }
}

extension Aether_V1_IdPolicy {
    fileprivate init(_ policy: Engine.IDPolicy) {
        switch policy {
        case .sameRun: self = .sameRun
        case .reject: self = .reject
        case .replace: self = .replace
        }
    }
}

extension EngineError {
    /// What another server's engine said.
    init(_ error: RPCError) {
        let code: Code =
            switch error.code {
            case .notFound: .notFound
            case .alreadyExists: .alreadyExists
            case .invalidArgument: .invalidArgument
            case .failedPrecondition: .failedPrecondition
            case .aborted: .aborted
            case .resourceExhausted: .resourceExhausted
            default: .unavailable
            }
        self.init(code, error.message)
    }
}
