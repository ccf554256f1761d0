package import AetherRuntime
internal import Synchronization

/// The results that one client waits for on a stream: of runs it names while the stream goes on.
package final class ResultFeed: Sendable {
    /// The most runs whose results one stream waits for.
    package static let maximumWatched = 1_000_000

    package struct Ended: Sendable {
        package var id: WorkflowID
        package var result: Result<WorkflowOutcome, EngineError>
    }

    package enum End: Sendable, Equatable {
        /// The engine stops.
        case stopped
        /// The client names no more, and all it named is told.
        case told
    }

    private struct State {
        var watched: Set<WorkflowID> = []
        var namesNoMore = false
        var end: End?
    }

    private let state = Mutex(State())
    private let queue = BatchQueue<Ended>()

    package init() {}

    /// Why the feed ended; `nil` while it goes on, and when the client took the call back.
    package var end: End? { state.withLock { $0.end } }

    package var watched: Set<WorkflowID> { state.withLock { $0.watched } }

    /// What is to be told next; waits for it.
    ///
    /// - Returns: `nil` when the feed has ended, or the calling task is cancelled.
    package func next() async -> [Ended]? {
        await queue.take()
    }

    /// The client names no more: the feed ends when all it named is told.
    package func nameNoMore() {
        let isTold = state.withLock { state in
            state.namesNoMore = true
            return state.watched.isEmpty
        }
        if isTold { end(.told) }
    }

    /// - Returns: whether the run was not waited for before.
    package func watch(_ id: WorkflowID) throws(EngineError) -> Bool {
        let isNew = state.withLock { state in
            state.watched.count < Self.maximumWatched ? state.watched.insert(id).inserted : nil
        }
        guard let isNew else {
            throw EngineError(
                .resourceExhausted, "a stream waits for the results of \(Self.maximumWatched) runs at most")
        }
        return isNew
    }

    package func forget(_ id: WorkflowID) {
        state.withLock { _ = $0.watched.remove(id) }
    }

    /// A run has ended, or there is nothing to wait for; what is not waited for any more is not told.
    package func put(_ id: WorkflowID, _ result: Result<WorkflowOutcome, EngineError>) {
        let (isWatched, isLast) = state.withLock { state in
            (state.watched.remove(id) != nil, state.namesNoMore && state.watched.isEmpty)
        }
        if isWatched { queue.put(Ended(id: id, result: result)) }
        if isLast { end(.told) }
    }

    package func end(_ end: End) {
        state.withLock { $0.end = $0.end ?? end }
        queue.finish()
    }
}
