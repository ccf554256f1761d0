internal import AetherRuntime

/// What parents say of their children, of the parents asked for last: most children of one lie close together.
struct FamilyCache {
    struct Parent {
        /// Tells it from another run that had its id before.
        var seed: UInt64
        var children: [OperationKey: Child] = [:]
    }

    struct Child {
        var id: WorkflowID
        /// The child's end, once the parent knows of it.
        var end: WorkflowState?
    }

    private static let maximumChildren = 200_000

    private var parents: [WorkflowID: Parent] = [:]
    private var children = 0

    subscript(id: WorkflowID) -> Parent? { parents[id] }

    mutating func keep(_ parent: Parent, of id: WorkflowID) {
        if children > Self.maximumChildren {
            parents = [:]
            children = 0
        }
        parents[id] = parent
        children += parent.children.count + 1
    }
}
