internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import SwiftProtobuf

/// Another server of the database, and the connection to it.
struct Peer: Sendable {
    /// How long a call may take that nobody waits for something in.
    static let timeout = Duration.seconds(20)
    /// The same between servers themselves, and of workers' calls: one that stands still is to hold up none of what others own.
    static let shortTimeout = Duration.seconds(3)

    let node: ClusterNode
    let connection: any PeerConnection

    /// Has the peer answer a call of a client or a worker.
    ///
    /// - Parameters:
    ///   - method: of which service it is, the peer knows.
    ///   - request: as it came.
    ///   - timeout: how long it may take; `nil` for as long as it takes.
    /// - Returns: the peer's answer.
    /// - Throws: `RPCError`: what the peer answers; `unavailable` when it can't be reached. `EngineError` `elsewhere` when it does not own the
    ///   workflow, and has done nothing.
    func call<Request: Message, Response: Message>(
        _ method: MethodDescriptor, _ request: Request, timeout: Duration? = timeout
    ) async throws -> Response {
        let call = try Aether_V1_NodeCall.with {
            $0.method = method.method
            $0.request = try request.serializedBytes()
        }
        do {
            return try Response(serializedBytes: try await connection.call(call, timeout: timeout).response)
        } catch let error as RPCError {
            guard error.metadata[stringValues: EngineError.elsewhereKey].contains("true") else { throw error }
            throw EngineError(.elsewhere, error.message)
        }
    }

    /// Has the peer take what workers report of runs that it owns.
    func advance(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        try await connection.advance(request, timeout: Self.shortTimeout)
    }
}
