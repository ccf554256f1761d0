internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// Calls about workflows of other servers.
extension ClientService {
    /// How often an id is made that may turn out to be this server's.
    private static let tries = 32
    /// How long to wait until an owner is asked again.
    private static let pause = Duration.milliseconds(200)

    /// Has the owner of a workflow answer: this server by a body, or another one.
    func answer<Request: Message, Response: Message>(
        _ id: String, _ method: MethodDescriptor, _ request: Request,
        here: (WorkflowID) async throws -> Response
    ) async throws -> Response {
        let id = try WorkflowID(checking: id)
        guard let peers else { return try await here(id) }
        return try await peers.atOwner(of: id) { peer in
            if let peer { return try await peer.call(method, request) }
            return try await here(id)
        }
    }

    /// An id for a new workflow: this server's, if it serves any.
    func makeID() -> String {
        for _ in 0..<Self.tries {
            let id = WorkflowIDGenerator.make()
            if engine.serves(WorkflowID(rawValue: id)) { return id }
        }
        return WorkflowIDGenerator.make()
    }

    /// Starts each workflow at its owner.
    func startWorkflows(
        _ request: Aether_V1_StartWorkflowsRequest, _ peers: Peers
    ) async throws -> Aether_V1_StartWorkflowsResponse {
        // An id that is none is for this server to refuse.
        let groups = await peers.nextOwners(of: request.starts.map { WorkflowID(validating: $0.workflowID) })
        var answers = request.starts.map { start in
            Aether_V1_StartAnswer.with { $0.workflowID = start.workflowID }
        }
        for (place, error) in groups.unowned { answers[place].refuse(error) }
        let results = await groups.answers { places in
            (try? await startHere(request.part(places)).answers) ?? []
        } others: { peer, places in
            await Self.start(request.part(places), at: peer)
        }
        for (place, answer) in results { answers[place] = answer }
        return .with { $0.answers = answers }
    }

    private static func start(
        _ request: Aether_V1_StartWorkflowsRequest, at peer: Peer
    ) async -> [Aether_V1_StartAnswer] {
        do {
            let response: Aether_V1_StartWorkflowsResponse = try await peer.call(
                Aether_V1_ClientService.Method.StartWorkflows.descriptor, request)
            return response.answers
        } catch {
            let error = error as? RPCError ?? RPCError(code: .unavailable, message: "\(error)")
            return request.starts.map { start in
                .with {
                    $0.workflowID = start.workflowID
                    $0.code = Int32(error.code.rawValue)
                    $0.message = error.message
                }
            }
        }
    }

    /// Waits for a result wherever the workflow is, and goes: an owner that is gone is waited for, within the time there is.
    func awaitResult(
        _ request: Aether_V1_AwaitResultRequest, of id: WorkflowID, _ peers: Peers
    ) async throws -> Aether_V1_WorkflowResult {
        let deadline =
            request.timeoutSeconds == 0
            ? nil : ContinuousClock.now + .seconds(Int64(request.timeoutSeconds))
        while true {
            do {
                var rest = request
                if let deadline {
                    let left = ContinuousClock.now.duration(to: deadline)
                    rest.timeoutSeconds = max(1, Int32(clamping: left.components.seconds))
                }
                if let peer = try peers.owner(of: id) {
                    return try await peer.call(
                        Aether_V1_ClientService.Method.AwaitResult.descriptor, rest, timeout: nil)
                }
                let timeout = deadline.map { max(.zero, ContinuousClock.now.duration(to: $0)) }
                let (outcome, state) = try await engine.awaitResult(id, timeout: timeout)
                return Aether_V1_WorkflowResult(outcome, state)
            } catch {
                let mayPass = (error as? EngineError)?.code == .elsewhere || (error as? RPCError)?.code == .unavailable
                guard mayPass, engine.unavailability == nil, deadline.map({ ContinuousClock.now < $0 }) ?? true else {
                    throw error
                }
                try await engine.sleep(Self.pause)
            }
        }
    }
}

extension Aether_V1_StartWorkflowsRequest {
    fileprivate func part(_ places: [Int]) -> Aether_V1_StartWorkflowsRequest {
        .with { $0.starts = places.map { starts[$0] } }
    }
}

extension Aether_V1_StartAnswer {
    fileprivate mutating func refuse(_ error: EngineError) {
        code = Int32(error.rpcErrorCode.rawValue)
        message = error.message
    }
}
