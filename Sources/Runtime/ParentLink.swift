/// The operation of another run that started this one.
public struct ParentLink: Sendable, Hashable {
    public var workflow: WorkflowID
    public var key: OperationKey
    public var closePolicy: ParentClosePolicy

    public init(workflow: WorkflowID, key: OperationKey, closePolicy: ParentClosePolicy) {
        self.workflow = workflow
        self.key = key
        self.closePolicy = closePolicy
    }
}
