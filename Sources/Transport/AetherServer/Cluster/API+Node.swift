internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import Hummingbird
internal import NIOCore
internal import SwiftProtobuf

/// Requests to the HTTP API that servers pass on to one another.
extension API {
    /// Answers what another server passes on.
    func answer(_ wire: Aether_V1_NodeHttpRequest) async throws -> Aether_V1_NodeHttpAnswer {
        guard let operation = operations.first(where: { $0.name == wire.operation }),
            case .json(_, let status, let answer) = operation.answer
        else { throw RPCError(code: .unimplemented, message: "there is no operation \(wire.operation)") }
        var head = HTTPRequest(method: operation.method, scheme: nil, authority: nil, path: wire.path)
        for (name, value) in [("traceparent", wire.traceparent), ("tracestate", wire.tracestate)] where !value.isEmpty {
            HTTPFields.Element.Name(name).map { head.headerFields[$0] = value }
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: wire.body)))
        do {
            return Aether_V1_NodeHttpAnswer(
                try await answer(try APIRequest(request, wire.parameters, for: operation, bodies)), status)
        } catch let error as EngineError {
            return Aether_V1_NodeHttpAnswer(APIError(error))
        } catch let error as APIError {
            return Aether_V1_NodeHttpAnswer(error)
        }
    }

    /// Has the owner of a workflow answer.
    func response(
        to request: APIRequest, of operation: APIOperation, at peer: Peer
    ) async throws -> Response {
        let body = try await request.bytes
        return Response(
            try await ask(
                peer,
                .with {
                    $0.operation = operation.name
                    $0.parameters = request.parameters
                    $0.path = request.path
                    $0.body = Data(body)
                    $0.traceparent = request.trace?.traceparent ?? ""
                    $0.tracestate = request.trace?.state ?? ""
                }))
    }

    /// Asks another server what it answers to a request.
    func ask(_ peer: Peer, _ request: Aether_V1_NodeHttpRequest) async throws -> Aether_V1_NodeHttpAnswer {
        do {
            return try await peer.connection.http(request, timeout: Peer.timeout)
        } catch let error as RPCError {
            throw EngineError(error)
        }
    }
}

extension Response {
    init(_ answer: Aether_V1_NodeHttpAnswer) {
        self.init(
            text: String(decoding: answer.body, as: UTF8.self),
            status: HTTPResponse.Status(code: Int(answer.status)), contentType: Self.jsonType)
    }
}

extension Aether_V1_NodeHttpAnswer {
    fileprivate init(_ document: JSONValue, _ status: HTTPResponse.Status) {
        self.init()
        self.status = Int32(status.code)
        body = Data((document.text + "\n").utf8)
    }

    fileprivate init(_ error: APIError) {
        self.init(.object(["error": error.json]), error.code.status)
    }
}
