internal import AetherRuntime
internal import Synchronization

extension Run {
    /// The run that `start` and its like make a child of; `nil` outside of workflows, and inside their steps.
    static var parent: Run? { StepContext.current == nil ? current : nil }

    /// A child that is to be started here, in the order of the calls.
    func child<Input, Output>(
        _ workflow: Workflow<Input, Output>, _ input: Input, id: String?, _ policy: ParentClosePolicy
    ) throws -> ChildOperation<Output> {
        try refuseInsideSteps("child \"\(workflow.name)\"")
        let bytes = try reporter.check(try ValueCoding.encode(input), of: "the input of child \"\(workflow.name)\"")
        let key = nextKey(kind: "child", name: workflow.name)
        let id = id ?? childID(key)
        guard let workflowID = WorkflowID(validating: id) else {
            throw NonRetryableError("\"\(id)\" can't be a child's id: 1 to 256 bytes, no control characters")
        }
        let start = ChildStart(
            id: workflowID, type: workflow.name, input: bytes, tier: workflow.tier, closePolicy: policy.recorded)
        let work = RemoteWork(
            start: .startChild(key: key, start), cancellation: policy == .abandon ? .leave : .tell,
            isAwaitedAtEnd: policy == .wait)
        return ChildOperation(run: self, key: key, id: id, work: work)
    }

    /// `PARENT/KEY`, of a parent that was continued as new `PARENT:COUNT/KEY`; where that is too long for an id, `child-` and a UUID derived from it and the run's seed.
    private func childID(_ key: OperationKey) -> String {
        let parent = info.continuedCount > 0 ? "\(info.id):\(info.continuedCount)" : info.id
        let id = "\(parent)/\(key)"
        if WorkflowID(validating: id) != nil { return id }
        var random = KeyedRandom(seed: state.withLock { $0.seed }, key: OperationKey(rawValue: id))
        return "child-\(random.uuid())"
    }

    /// Waits for the children without which the run is not to end.
    func awaitChildren() async {
        while !Task.isCancelled, let key = state.withLock({ $0.nextAwaitedAtEnd }) {
            _ = await outcome(of: key)
        }
    }
}
