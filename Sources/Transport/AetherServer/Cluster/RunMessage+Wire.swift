internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

extension Aether_V1_RunMessage {
    init(_ message: RunMessage) {
        self.init()
        switch message {
        case .start(let child, let link, let trace):
            kind = .runMessageStart
            set(link)
            childID = child.id.rawValue
            workflowType = child.type
            input = Data(child.input)
            tier = Aether_V1_Tier(child.tier)
            traceparent = trace?.traceparent ?? ""
            tracestate = trace?.state ?? ""
        case .tell(let link, let outcome):
            kind = .runMessageTell
            set(link)
            self.outcome = Aether_V1_WorkflowResult(outcome, outcome.state)
        case .cancel(let child, let parent):
            kind = .runMessageCancel
            childID = child.rawValue
            parentID = parent.rawValue
        case .terminate(let child, let parent):
            kind = .runMessageTerminate
            childID = child.rawValue
            parentID = parent.rawValue
        }
    }

    private mutating func set(_ link: ParentLink) {
        parentID = link.workflow.rawValue
        parentSeed = link.seed
        parentKey = link.key.rawValue
        closePolicy = Aether_V1_ParentClosePolicy(link.closePolicy)
    }
}

extension RunMessage {
    /// - Throws: `RPCError` `invalidArgument` for a message that no server of this version sends.
    init(_ wire: Aether_V1_RunMessage) throws {
        let parent = WorkflowID(rawValue: wire.parentID)
        switch wire.kind {
        case .runMessageStart:
            guard let id = WorkflowID(validating: wire.childID), let policy = ParentClosePolicy(wire.closePolicy) else {
                throw Self.unreadable
            }
            let child = ChildStart(
                id: id, type: wire.workflowType, input: Array(wire.input), tier: PersistenceTier(wire.tier),
                closePolicy: policy)
            let trace = TraceContext(traceparent: wire.traceparent, tracestate: wire.tracestate)
            self = .start(child, for: try Self.link(wire), in: trace)
        case .runMessageTell:
            guard let outcome = WorkflowOutcome(wire.outcome) else { throw Self.unreadable }
            self = .tell(try Self.link(wire), outcome)
        case .runMessageCancel: self = .cancel(WorkflowID(rawValue: wire.childID), childOf: parent)
        case .runMessageTerminate: self = .terminate(WorkflowID(rawValue: wire.childID), childOf: parent)
        case .UNRECOGNIZED: throw Self.unreadable
        }
    }

    private static func link(_ wire: Aether_V1_RunMessage) throws -> ParentLink {
        guard let policy = ParentClosePolicy(wire.closePolicy) else { throw unreadable }
        return ParentLink(
            workflow: WorkflowID(rawValue: wire.parentID), seed: wire.parentSeed,
            key: OperationKey(rawValue: wire.parentKey), closePolicy: policy)
    }

    private static var unreadable: RPCError {
        RPCError(code: .invalidArgument, message: "a message of another server can't be read; is it a newer version?")
    }
}

extension WorkflowOutcome {
    /// - Returns: `nil` for a run that has not ended.
    init?(_ wire: Aether_V1_WorkflowResult) {
        switch wire.state {
        case .completed: self = .completed(Array(wire.result))
        case .failed: self = .failed(Failure(wire.failure))
        case .cancelled: self = .cancelled
        case .pending, .running, .UNRECOGNIZED: return nil
        }
    }
}

extension Aether_V1_DeliverAnswer {
    init(_ answer: MessageAnswer) {
        self.init()
        switch answer {
        case .delivered: break
        case .undelivered: isUndelivered = true
        case .ended(let outcome): self.outcome = Aether_V1_WorkflowResult(outcome, outcome.state)
        }
    }
}

extension MessageAnswer {
    init(_ wire: Aether_V1_DeliverAnswer) {
        if wire.hasOutcome, let outcome = WorkflowOutcome(wire.outcome) {
            self = .ended(outcome)
        } else {
            self = wire.isUndelivered ? .undelivered : .delivered
        }
    }
}
