package import AetherRuntime

/// What a run has to tell another one. Each may be told twice, and is told again after a crash.
package enum RunMessage: Sendable {
    /// The child is to be there; should it have ended, its parent is told. With the trace that its parent is part of.
    case start(ChildStart, for: ParentLink, in: TraceContext?)
    /// A child has ended.
    case tell(ParentLink, WorkflowOutcome)
    /// A child, by its parent's id, is to end.
    case cancel(WorkflowID, childOf: WorkflowID)
    case terminate(WorkflowID, childOf: WorkflowID)

    /// The run it is for.
    var recipient: WorkflowID {
        switch self {
        case .start(let child, _, _): child.id
        case .tell(let link, _): link.workflow
        case .cancel(let child, _), .terminate(let child, _): child
        }
    }

    /// The message that an effect asks for; `nil` when it asks for none.
    init?(_ effect: Effect, of workflow: WorkflowID, seed: UInt64, in trace: TraceContext?) {
        switch effect {
        case .startChild(let key, let child):
            let link = ParentLink(
                workflow: workflow, seed: seed, key: key, closePolicy: child.closePolicy)
            self = .start(child, for: link, in: trace)
        case .tellParent(let link, let outcome): self = .tell(link, outcome)
        case .cancelChild(let child): self = .cancel(child, childOf: workflow)
        case .terminateChild(let child): self = .terminate(child, childOf: workflow)
        default: return nil
        }
    }
}

/// What became of a message.
package enum MessageAnswer: Sendable {
    case delivered
    /// It can't be delivered now.
    case undelivered
    /// The child that was to be there has ended, or can't be started: its parent is to hear that.
    case ended(WorkflowOutcome)
}

/// What the one who delivers messages has to do.
enum MessageDelivery: Sendable {
    case message(RunMessage)
    /// What could not be delivered to a run is tried again.
    case retry(WorkflowID)
}
