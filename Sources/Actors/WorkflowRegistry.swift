internal import AetherRuntime
internal import Synchronization

/// The active runs by id. Makes sure that one id never has two actors.
final class WorkflowRegistry: Sendable {
    private enum Slot {
        case active(WorkflowActor)
        /// Someone reads its journal; the others wait.
        case loading([CheckedContinuation<Void, Never>])
    }

    private let slots = Mutex<[WorkflowID: Slot]>([:])

    enum Lookup: Sendable {
        case active(WorkflowActor)
        /// Someone else loads it: ask again after ``waitUntilLoaded(_:)``.
        case loading
        /// The caller has to load it, and then call ``finishLoading(_:as:)`` whatever happened.
        case claimed
    }

    var count: Int { slots.withLock { $0.count } }

    /// The actor of an id that is active now and takes events.
    func active(_ id: WorkflowID) -> WorkflowActor? {
        guard let workflow = present(id), workflow.isConfirmed else { return nil }
        return workflow
    }

    /// The actor of an id that takes events, also while its creation is under way.
    func present(_ id: WorkflowID) -> WorkflowActor? {
        let workflow = slots.withLock { slots -> WorkflowActor? in
            if case .active(let workflow) = slots[id] { workflow } else { nil }
        }
        guard let workflow, !workflow.isAbsent else { return nil }
        return workflow
    }

    /// The actor of an id, or the duty to load it.
    func claim(_ id: WorkflowID) -> Lookup {
        slots.withLock { slots in
            switch slots[id] {
            case .active(let workflow): return .active(workflow)
            case .loading: return .loading
            case nil:
                slots[id] = .loading([])
                return .claimed
            }
        }
    }

    func finishLoading(_ id: WorkflowID, as workflow: WorkflowActor?) {
        let waiting = slots.withLock { slots -> [CheckedContinuation<Void, Never>] in
            guard case .loading(let waiting) = slots[id] else { return [] }
            slots[id] = workflow.map(Slot.active)
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits while someone loads an id; returns at once when no one does.
    func waitUntilLoaded(_ id: WorkflowID) async {
        await withCheckedContinuation { continuation in
            let isLoading = slots.withLock { slots in
                guard case .loading(let waiting) = slots[id] else { return false }
                slots[id] = .loading(waiting + [continuation])
                return true
            }
            if !isLoading { continuation.resume() }
        }
    }

    /// Puts a new run in, unless its id is there.
    ///
    /// - Parameters:
    ///   - id: the run's.
    ///   - make: makes the actor, which puts its creation in line: nobody can find it before that.
    /// - Returns: the new actor; `nil` when the id is there already.
    func insert(_ id: WorkflowID, make: () -> WorkflowActor) -> WorkflowActor? {
        slots.withLock { slots in
            guard slots[id] == nil else { return nil }
            let workflow = make()
            slots[id] = .active(workflow)
            return workflow
        }
    }

    /// Lets go of a run, if it is still this actor's.
    func remove(_ workflow: WorkflowActor) {
        slots.withLock { slots in
            if case .active(let current) = slots[workflow.id], current === workflow { slots[workflow.id] = nil }
        }
    }
}
