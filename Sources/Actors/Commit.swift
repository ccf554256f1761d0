internal import AetherRuntime
internal import AetherStorage
internal import Synchronization

/// One decision of one workflow on its way to the store, with what is to happen once it is durable.
struct Commit: Sendable {
    var workflow: WorkflowActor
    var write: WorkflowWrite
    /// That of the run as it was before the decision.
    var seed: UInt64
    var effects: [Effect]
    /// Whether it may be settled before it is durable, so that a crash loses it. One with effects may not.
    var mayLag = false
    /// For the effects `schedule` and `scheduleAnew`: what the scheduler is asked.
    var request: TaskScheduler.Request?
    /// Whether the run asked to be woken, and has ended: nobody need do that any more.
    var forgetsWake = false
    /// The run is to leave memory once this is durable, unless something happened to it meanwhile.
    var retirement: Retirement?
    /// For the effect `dispatch`: the task to send.
    var assignment: TaskAssignment?
    /// For a new workflow: whether its id turned out to be taken.
    var creation: Creation?

    struct Retirement: Sendable {
        /// Counts the times that the run was to leave memory.
        var number: UInt64
        /// When it has to be woken.
        var wakeAt: Timestamp?
    }

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
