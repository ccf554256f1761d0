internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// One decision of one workflow on its way to the store. Small, because it is moved on the way: what few have is apart.
struct Commit: Sendable {
    var workflow: WorkflowActor
    var write: WorkflowWrite
    /// Whether it may be settled before it is durable, so that a crash loses it. One with consequences may not.
    var mayLag = false
    /// For a new workflow: whether its id turned out to be taken.
    var creation: Creation?
    /// What is to happen once it is durable; `nil` for most, the outcomes of steps.
    var consequences: Consequences?

    /// Tells the one who starts a workflow what became of it.
    final class Creation: Sendable {
        private struct State {
            var isIDTaken = false
            var isDurable = false
            var ticket: PersistenceActor.Ticket?
        }

        private let state = Mutex(State())

        /// Whether the store has another workflow of this id.
        var isIDTaken: Bool { state.withLock { $0.isIDTaken } }
        /// Whether the run is in the store.
        var isDurable: Bool { state.withLock { $0.isDurable } }
        /// The place of the creation in the line of commits.
        var ticket: PersistenceActor.Ticket? { state.withLock { $0.ticket } }

        func reportIDTaken() { state.withLock { $0.isIDTaken = true } }
        func reportDurable() { state.withLock { $0.isDurable = true } }
        func put(_ ticket: PersistenceActor.Ticket?) { state.withLock { $0.ticket = ticket } }
    }
}
