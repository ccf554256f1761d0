/// What is asked for when a workflow starts a child.
public struct ChildStart: Sendable, Hashable {
    public var id: WorkflowID
    public var type: String
    /// The input as JSON bytes.
    public var input: [UInt8]
    /// `nil`: what the type's worker said, else the server's default.
    public var tier: PersistenceTier?
    public var closePolicy: ParentClosePolicy

    public init(
        id: WorkflowID, type: String, input: [UInt8], tier: PersistenceTier? = nil,
        closePolicy: ParentClosePolicy = .cancel
    ) {
        self.id = id
        self.type = type
        self.input = input
        self.tier = tier
        self.closePolicy = closePolicy
    }
}
