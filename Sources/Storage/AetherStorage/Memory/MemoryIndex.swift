internal import AetherRuntime

/// The orders in which lists need the workflows: one by state, one by type and state, and the open ones by id.
struct MemoryIndex {
    private struct TypeAndState: Hashable {
        var type: String
        var state: WorkflowState
    }

    private var byState: [WorkflowState: SortedBuckets<ListPlace>] = [:]
    private var byType: [TypeAndState: SortedBuckets<ListPlace>] = [:]
    private var open = SortedBuckets<WorkflowID>()
    private(set) var counts = WorkflowCounts()

    mutating func insert(_ summary: WorkflowSummary) {
        let place = ListPlace(summary)
        byState[summary.state, default: SortedBuckets()].insert(place)
        byType[TypeAndState(type: summary.type, state: summary.state), default: SortedBuckets()].insert(place)
        if !summary.state.isTerminal { open.insert(summary.id) }
        counts[summary.state] += 1
    }

    mutating func remove(_ summary: WorkflowSummary) {
        let place = ListPlace(summary)
        let type = TypeAndState(type: summary.type, state: summary.state)
        byState[summary.state]?.remove(place)
        byType[type]?.remove(place)
        if byType[type]?.isEmpty == true { byType[type] = nil }
        if !summary.state.isTerminal { open.remove(summary.id) }
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

    func openWorkflows(after: WorkflowID?, limit: Int) -> [WorkflowID] {
        open.ascending(after: after, limit: limit)
    }
}
