package import AetherRuntime

/// Who owns which workflows, as a server knows it at one moment.
package struct ShardOwners: Sendable {
    private let served: ShardSet
    private let members: [Membership.Member]
    private let own: String

    init(served: ShardSet, members: [Membership.Member], own: String) {
        self.served = served
        self.members = members
        self.own = own
    }

    package func node(_ place: Int) -> ClusterNode { members[place].node }

    /// The place of the server that owns a workflow; `nil` for this one.
    ///
    /// - Throws: `elsewhere` when nobody serves it.
    package func place(of id: WorkflowID) throws(EngineError) -> Int? {
        let shard = Shard(of: id)
        if served.contains(shard) { return nil }
        guard let place = members.firstIndex(where: { $0.shards.contains(shard) }), members[place].node.id != own else {
            throw .elsewhere(id)
        }
        return place
    }
}

extension EngineError {
    static func elsewhere(_ id: WorkflowID) -> EngineError {
        EngineError(.elsewhere, "workflow \(id) is another server's now, or changes servers; try again")
    }
}
