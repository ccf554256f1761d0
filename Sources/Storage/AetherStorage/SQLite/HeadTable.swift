internal import AetherRuntime
internal import Synchronization

/// The places of the open workflows that are being written, in two generations: those touched since the last
/// ``rotate()``, and those touched in the round before.
///
/// The writer alone changes it; readers look up heads that the database doesn't have yet. A workflow that nobody
/// touches for two rounds is forgotten, so passive workflows take no memory.
final class HeadTable: Sendable {
    private struct State {
        var recent: [WorkflowID: WorkflowPlace] = [:]
        var older: [WorkflowID: WorkflowPlace] = [:]
        var ahead = 0
    }

    private let state = Mutex(State())

    subscript(id: WorkflowID) -> WorkflowPlace? {
        state.withLock { $0.recent[id] ?? $0.older[id] }
    }

    /// How many workflows were touched since the last round.
    var count: Int { state.withLock { $0.recent.count } }

    /// Whether some head is not in the database.
    var isAhead: Bool { state.withLock { $0.ahead > 0 } }

    var isEmpty: Bool { state.withLock { $0.recent.isEmpty && $0.older.isEmpty } }

    /// Takes over what a commit made durable. Closed and passive workflows are forgotten: their row says all.
    func update(_ places: some Sequence<(WorkflowID, WorkflowPlace)>) {
        state.withLock { state in
            for (id, place) in places {
                let isActive = !place.state.isTerminal && !place.isPassive
                let before =
                    isActive ? state.recent.updateValue(place, forKey: id) : state.recent.removeValue(forKey: id)
                if before?.isAhead == true { state.ahead -= 1 }
                if isActive, place.isAhead { state.ahead += 1 }
                if !isActive { state.older.removeValue(forKey: id) }
            }
        }
    }

    /// The places whose heads the database doesn't have, in the order of their rows in `workflow`.
    func placesAhead() -> [(id: WorkflowID, place: WorkflowPlace)] {
        let ahead = state.withLock { state in
            state.ahead > 0 ? state.recent.filter(\.value.isAhead) : [:]
        }
        return ahead.map { ($0.key, $0.value) }.sorted { $0.1.row < $1.1.row }
    }

    /// Begins a new round, once the database has the heads of these places. What has moved on since stays in the round.
    func rotate(_ written: [(id: WorkflowID, place: WorkflowPlace)]) {
        state.withLock { state in
            for (id, place) in written where state.recent[id] == place {
                state.recent[id]?.isAhead = false
                state.ahead -= 1
            }
            let ahead = state.ahead > 0 ? state.recent.filter(\.value.isAhead) : [:]
            state.older = state.recent
            state.recent = ahead
        }
    }

    func forget(_ ids: some Sequence<WorkflowID>) {
        state.withLock { state in
            for id in ids {
                if state.recent.removeValue(forKey: id)?.isAhead == true { state.ahead -= 1 }
                state.older.removeValue(forKey: id)
            }
        }
    }
}
