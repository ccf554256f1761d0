internal import AetherActors
internal import AetherProtocol
internal import Foundation
internal import GRPCCore
internal import Hummingbird
internal import NIOCore
internal import SwiftProtobuf

/// Requests to the HTTP API that another server passes on.
extension API {
    func answer(
        _ wire: Aether_V1_NodeHttpRequest, to writer: RPCWriter<Aether_V1_NodeHttpAnswer>
    ) async throws {
        guard let operation = operations.first(where: { $0.name == wire.operation }) else {
            throw RPCError(code: .unimplemented, message: "there is no operation \(wire.operation)")
        }
        var head = HTTPRequest(method: operation.method, scheme: nil, authority: nil, path: wire.path)
        for (name, value) in [("traceparent", wire.traceparent), ("tracestate", wire.tracestate)] where !value.isEmpty {
            HTTPFields.Element.Name(name).map { head.headerFields[$0] = value }
        }
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: wire.body)))
        let response: Response
        do {
            response = try await operation.response(
                to: try APIRequest(request, wire.parameters, for: operation, bodies))
        } catch let error as EngineError {
            response = APIError(error).response
        } catch let error as APIError {
            response = error.response
        }
        let fields = response.headers.map { ($0.name.rawName, $0.value) }
        try await writer.write(
            .with {
                $0.status = Int32(response.status.code)
                $0.headers = Dictionary(fields, uniquingKeysWith: { $1 })
            })
        try await response.body.write(PieceWriter(writer: writer))
    }
}

/// A response's body, in pieces.
private struct PieceWriter: ResponseBodyWriter {
    let writer: RPCWriter<Aether_V1_NodeHttpAnswer>

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(.with { $0.body = Data(buffer.readableBytesView) })
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
