internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// What the HTTP API has a peer do besides.
extension Peer {
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
