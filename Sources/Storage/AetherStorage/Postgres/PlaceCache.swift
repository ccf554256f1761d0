internal import AetherRuntime

/// The places of the open workflows that were written last, so that a step of one of them needs no look into the database.
///
/// In two generations: when the young one is full it becomes the old one, whose places are forgotten if they were not asked
/// for meanwhile. It is right as long as this store alone writes, which ``PostgresWriter`` checks with every write.
struct PlaceCache {
    private let limit: Int
    private var young: [WorkflowID: PostgresPlace] = [:]
    private var old: [WorkflowID: PostgresPlace] = [:]

    /// - Parameter limit: the most places of a generation.
    init(limit: Int) {
        self.limit = limit
    }

    subscript(id: WorkflowID) -> PostgresPlace? { young[id] ?? old[id] }

    /// Takes over what a commit made durable; `nil` for a workflow that is gone. One that has ended, or rests, is read from
    /// its row when it is needed.
    mutating func update(_ id: WorkflowID, _ place: PostgresPlace?) {
        guard let place, !place.state.isTerminal, !place.isPassive else {
            young[id] = nil
            old[id] = nil
            return
        }
        if young.count >= limit {
            old = young
            young = [:]
        }
        young[id] = place
    }
}
