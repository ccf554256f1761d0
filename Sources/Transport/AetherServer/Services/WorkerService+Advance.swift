internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import NGHTTP2Transport

extension WorkerService {
    /// `Advance`, through which every durable step goes, straight from its bytes and without generated types.
    var advanceHandler: UnaryHandler {
        UnaryHandler(Aether_V1_WorkerService.Method.Advance.descriptor) { bytes in
            NGHTTP2MessageBytes(try await advance(try AdvanceCoding.request(bytes)).encoded())
        }
    }

    func advance(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        if let peers { return try await advance(request, peers) }
        return try await advanceHere(request)
    }

    func advanceHere(_ request: AdvanceRequest) async throws -> AdvanceResponse {
        let acknowledgements = try await engine.advance(request.reports)
        return AdvanceResponse(
            answers: zip(request.reports, acknowledgements).map { AdvanceResponse.Answer(task: $0.task, $1) })
    }
}
