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

    /// Takes over what a commit made durable. Closed workflows are forgotten: their row says all.
    func update(_ places: some Sequence<(WorkflowID, WorkflowPlace)>) {
        state.withLock { state in
            for (id, place) in places {
                let isOpen = !place.state.isTerminal
                let before = isOpen ? state.recent.updateValue(place, forKey: id) : state.recent.removeValue(forKey: id)
                if before?.isAhead == true { state.ahead -= 1 }
                if isOpen, place.isAhead { state.ahead += 1 }
                if !isOpen { state.older.removeValue(forKey: id) }
            }
        }
    }

    /// Heads that the database doesn't have, as rows of `workflow` and of `journal`, in the order of the former.
    func headsAhead() -> [(row: Int64, head: Int64)] {
        let ahead = state.withLock { state in
            state.ahead > 0 ? state.recent.values.filter(\.isAhead) : []
        }
        return ahead.sorted { $0.row < $1.row }.map { ($0.row, $0.head) }
    }

    /// Begins a new round, once the database has all heads.
    func rotate() {
        state.withLock { state in
            state.older = state.recent
            state.recent = [:]
            if state.ahead > 0 {
                for id in state.older.keys { state.older[id]?.isAhead = false }
                state.ahead = 0
            }
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
