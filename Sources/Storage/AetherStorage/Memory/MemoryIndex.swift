internal import AetherRuntime

/// The orders in which lists need the workflows: one by state, one by type and state, the active ones by id, and the
/// passive ones by when they wake.
struct MemoryIndex {
    private struct TypeAndState: Hashable {
        var type: String
        var state: WorkflowState
    }

    private var byState: [WorkflowState: SortedBuckets<ListPlace>] = [:]
    private var byType: [TypeAndState: SortedBuckets<ListPlace>] = [:]
    private var active = SortedBuckets<WorkflowID>()
    private var waking = SortedBuckets<WakePlace>()
    private(set) var counts = WorkflowCounts()

    mutating func insert(_ summary: WorkflowSummary) {
        let place = ListPlace(summary)
        byState[summary.state, default: SortedBuckets()].insert(place)
        byType[TypeAndState(type: summary.type, state: summary.state), default: SortedBuckets()].insert(place)
        if !summary.state.isTerminal, !summary.isPassive { active.insert(summary.id) }
        if let place = WakePlace(summary) { waking.insert(place) }
        counts[summary.state] += 1
    }

    mutating func remove(_ summary: WorkflowSummary) {
        let place = ListPlace(summary)
        let type = TypeAndState(type: summary.type, state: summary.state)
        byState[summary.state]?.remove(place)
        byType[type]?.remove(place)
        if byType[type]?.isEmpty == true { byType[type] = nil }
        if !summary.state.isTerminal, !summary.isPassive { active.remove(summary.id) }
        if let place = WakePlace(summary) { waking.remove(place) }
        counts[summary.state] -= 1
    }

    /// A page of a list: of each state wanted, as many as the page can hold, merged.
    func list(_ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int) -> [WorkflowID] {
        let states = filter.states.isEmpty ? Set(WorkflowState.allCases) : filter.states
        let cursor = cursor.map(ListPlace.init)
        let candidates = states.flatMap { state in
            let places = filter.type.map { byType[TypeAndState(type: $0, state: state)] } ?? byState[state]
            return places?.descending(before: cursor, limit: limit) ?? []
        }
        return candidates.sorted(by: >).prefix(limit).map(\.id)
    }

    func types(prefix: String, limit: Int) -> [String] {
        let types = Set(byType.keys.lazy.map(\.type).filter { $0.utf8.starts(with: prefix.utf8) })
        return Array(types.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limit))
    }

    /// Workflows of a state, the oldest first.
    func oldest(_ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int) -> [WorkflowID] {
        byState[state]?.ascending(after: cursor.map(ListPlace.init), limit: limit).map(\.id) ?? []
    }

    func openWorkflows(after: WorkflowID?, limit: Int) -> [WorkflowID] {
        active.ascending(after: after, limit: limit)
    }

    func dueWorkflows(before instant: Timestamp, limit: Int) -> [WorkflowID] {
        waking.ascending(after: nil, limit: limit).prefix { $0.wakeAt <= instant }.map(\.id)
    }

    var nextWake: Timestamp? { waking.ascending(after: nil, limit: 1).first?.wakeAt }
}
