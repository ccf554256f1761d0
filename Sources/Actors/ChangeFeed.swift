package import AetherRuntime
package import AetherStorage
internal import Synchronization

/// What became durable since somebody looked last, for pages that show runs live. Costs nothing while nobody looks.
package final class ChangeFeed: Sendable {
    package struct Changes: Sendable {
        /// The runs that began, started or ended, as they stand now.
        package var changed: [WorkflowID: WorkflowSummary] = [:]
        package var removed: Set<WorkflowID> = []
        /// How many changes there were besides, too many to tell.
        package var omitted = 0
        /// Of the runs that are watched: the last entry of their journals.
        package var watched: [WorkflowID: UInt64] = [:]

        package init() {}

        package var isEmpty: Bool { changed.isEmpty && removed.isEmpty && omitted == 0 && watched.isEmpty }

        /// How many workflows it tells of.
        package var count: Int { changed.count + removed.count }

        fileprivate var isFull: Bool { count >= ChangeFeed.maximum }
    }

    /// How many runs are told of at a time.
    package static let maximum = 500

    private struct State {
        var isOn = false
        var watched: Set<WorkflowID> = []
        var changes = Changes()
    }

    private let state = Mutex(State())

    /// Begins or ends to gather changes.
    ///
    /// - Parameters:
    ///   - isOn: whether changes are gathered.
    ///   - watched: the runs of which each new entry counts.
    package func set(isOn: Bool, watched: Set<WorkflowID> = []) {
        state.withLock { state in
            state.isOn = isOn
            state.watched = watched
            if !isOn { state.changes = Changes() }
        }
    }

    /// What was gathered since the last call.
    package func take() -> Changes {
        state.withLock { state in
            defer { state.changes = Changes() }
            return state.changes
        }
    }

    /// A batch of decisions became durable.
    func note(_ commits: [Commit]) {
        state.withLock { state in
            guard state.isOn else { return }
            for commit in commits {
                let write = commit.write
                if let summary = write.summary { state.changes.note(summary) }
                if !state.watched.isEmpty, state.watched.contains(write.id), let last = write.entries.last?.sequence {
                    state.changes.watched[write.id] = last
                }
            }
        }
    }

    /// Runs are gone.
    func note(removed ids: some Sequence<WorkflowID>) {
        state.withLock { state in
            guard state.isOn else { return }
            for id in ids { state.changes.note(removed: id) }
        }
    }
}

extension ChangeFeed.Changes {
    fileprivate mutating func note(_ summary: WorkflowSummary) {
        removed.remove(summary.id)
        if changed[summary.id] != nil || !isFull { changed[summary.id] = summary } else { omitted += 1 }
    }

    fileprivate mutating func note(removed id: WorkflowID) {
        changed[id] = nil
        watched[id] = nil
        if !isFull { removed.insert(id) } else { omitted += 1 }
    }

    /// Adds what came later.
    package mutating func merge(_ later: ChangeFeed.Changes) {
        for summary in later.changed.values { note(summary) }
        for id in later.removed { note(removed: id) }
        omitted += later.omitted
        watched.merge(later.watched) { max($0, $1) }
    }
}
