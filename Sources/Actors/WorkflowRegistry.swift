internal import AetherRuntime
internal import Synchronization

/// The active runs by id. Makes sure that one id never has two actors.
final class WorkflowRegistry: Sendable {
    private enum Slot {
        case active(WorkflowActor)
        /// Someone reads its journal; the others wait.
        case loading([CheckedContinuation<Loaded?, Never>])
    }

    /// What someone else's reading of a journal came to.
    typealias Loaded = Result<Engine.Found, EngineError>

    private let slots = Mutex<[WorkflowID: Slot]>([:])

    enum Lookup: Sendable {
        case active(WorkflowActor)
        /// Someone else loads it, and ``loaded(_:)`` tells what comes of it.
        case loading
        /// The caller has to load it, and then call ``finishLoading(_:_:)`` whatever happened.
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

    /// Tells all who wait, since each of them would read the same: nobody else creates the run meanwhile.
    ///
    /// - Parameters:
    ///   - id: the run's.
    ///   - result: what was found; `nil` when it was not looked for to the end.
    func finishLoading(_ id: WorkflowID, _ result: Loaded?) {
        let waiting = slots.withLock { slots -> [CheckedContinuation<Loaded?, Never>] in
            guard case .loading(let waiting) = slots[id] else { return [] }
            if case .success(.active(let workflow)) = result {
                slots[id] = .active(workflow)
            } else {
                slots[id] = nil
            }
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Waits while someone loads an id.
    ///
    /// - Returns: what came of it; `nil` when that is not known, so that one has to ask again.
    func loaded(_ id: WorkflowID) async -> Loaded? {
        await withCheckedContinuation { continuation in
            let isLoading = slots.withLock { slots in
                guard case .loading(var waiting) = slots[id] else { return false }
                // Or the array would be copied for each that waits.
                slots[id] = .loading([])
                waiting.append(continuation)
                slots[id] = .loading(waiting)
                return true
            }
            if !isLoading { continuation.resume(returning: nil) }
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
