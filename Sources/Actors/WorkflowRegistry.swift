internal import AetherRuntime
internal import Synchronization

/// The active runs by id, of the shards that the engine serves. Makes sure that one id never has two actors, and one of
/// another server's shards none.
final class WorkflowRegistry: Sendable {
    private enum Slot {
        case active(WorkflowActor)
        /// Someone reads its journal; the others wait.
        case loading(Claim, [CheckedContinuation<Loaded?, Never>])
    }

    /// What someone else's reading of a journal came to.
    typealias Loaded = Result<Engine.Found, EngineError>

    /// Tells who reads a journal from who did so before the shard was abandoned, and is late.
    typealias Claim = UInt64

    private struct State {
        var lastClaim: Claim = 0
        var slots: [WorkflowID: Slot] = [:]
        var served: ShardSet

        func serves(_ id: WorkflowID) -> Bool { served == .all || served.contains(Shard(of: id)) }
    }

    private let state: Mutex<State>

    init(serving shards: ShardSet) {
        state = Mutex(State(served: shards))
    }

    enum Lookup: Sendable {
        case active(WorkflowActor)
        /// It is another server's.
        case elsewhere
        /// Someone else loads it, and ``loaded(_:)`` tells what comes of it.
        case loading
        /// The caller has to load it, and then call ``finishLoading(_:_:_:)`` whatever happened.
        case claimed(Claim)
    }

    var count: Int { state.withLock { $0.slots.count } }

    func serves(_ id: WorkflowID) -> Bool { state.withLock { $0.serves(id) } }

    /// The runs that are active.
    var all: [WorkflowActor] {
        state.withLock { state in
            state.slots.values.compactMap { if case .active(let workflow) = $0 { workflow } else { nil } }
        }
    }

    var served: ShardSet { state.withLock { $0.served } }

    /// Serves further shards.
    func serve(_ shards: ShardSet) {
        state.withLock { $0.served = $0.served.union(shards) }
    }

    /// Serves some shards no longer.
    ///
    /// - Returns: their runs, which nobody finds any more.
    func abandon(_ shards: ShardSet) -> [WorkflowActor] {
        var workflows: [WorkflowActor] = []
        var waiting: [CheckedContinuation<Loaded?, Never>] = []
        state.withLock { state in
            state.served = state.served.subtracting(shards)
            for (id, slot) in state.slots where shards.contains(Shard(of: id)) {
                switch slot {
                case .active(let workflow): workflows.append(workflow)
                case .loading(_, let continuations): waiting += continuations
                }
                state.slots[id] = nil
            }
        }
        for continuation in waiting { continuation.resume(returning: nil) }
        return workflows
    }

    /// The shards that have runs, and those that have runs of the tier `memory`.
    var shards: (busy: ShardSet, ofMemory: ShardSet) {
        var shards = (busy: ShardSet(), ofMemory: ShardSet())
        for workflow in all {
            let shard = Shard(of: workflow.id)
            shards.busy.insert(shard)
            if workflow.start.tier == .memory { shards.ofMemory.insert(shard) }
        }
        return shards
    }

    /// The actor of an id that is active now and takes events.
    func active(_ id: WorkflowID) -> WorkflowActor? {
        guard let workflow = present(id), workflow.isConfirmed else { return nil }
        return workflow
    }

    /// The actor of an id that takes events, also while its creation is under way.
    func present(_ id: WorkflowID) -> WorkflowActor? { present([id])[0] }

    /// The actors of many ids that take events, also while their creations are under way; `nil` where there is none.
    func present(_ ids: [WorkflowID?]) -> [WorkflowActor?] {
        let workflows = state.withLock { state in
            ids.map { id -> WorkflowActor? in
                if let id, case .active(let workflow) = state.slots[id] { workflow } else { nil }
            }
        }
        return workflows.map { workflow in workflow.flatMap { $0.isAbsent ? nil : $0 } }
    }

    /// The actor of an id, or the duty to load it.
    func claim(_ id: WorkflowID) -> Lookup {
        state.withLock { state in
            switch state.slots[id] {
            case .active(let workflow): return .active(workflow)
            case .loading: return .loading
            case nil where state.serves(id):
                state.lastClaim += 1
                state.slots[id] = .loading(state.lastClaim, [])
                return .claimed(state.lastClaim)
            case nil: return .elsewhere
            }
        }
    }

    /// Tells all who wait, since each of them would read the same: nobody else creates the run meanwhile.
    ///
    /// - Parameters:
    ///   - id: the run's.
    ///   - claim: what ``claim(_:)`` gave.
    ///   - result: what was found; `nil` when it was not looked for to the end.
    /// - Returns: `false` when the run's shard was abandoned meanwhile: what was found is void.
    @discardableResult
    func finishLoading(_ id: WorkflowID, _ claim: Claim, _ result: Loaded?) -> Bool {
        let waiting = state.withLock { state -> [CheckedContinuation<Loaded?, Never>]? in
            guard case .loading(claim, let waiting) = state.slots[id] else { return nil }
            if case .success(.active(let workflow)) = result {
                state.slots[id] = .active(workflow)
            } else {
                state.slots[id] = nil
            }
            return waiting
        }
        guard let waiting else {
            if case .success(.active(let workflow)) = result { workflow.discard() }
            return false
        }
        for continuation in waiting { continuation.resume(returning: result) }
        return true
    }

    /// Waits while someone loads an id.
    ///
    /// - Returns: what came of it; `nil` when that is not known, so that one has to ask again.
    func loaded(_ id: WorkflowID) async -> Loaded? {
        await withCheckedContinuation { continuation in
            let isLoading = state.withLock { state in
                guard case .loading(let claim, var waiting) = state.slots[id] else { return false }
                // Or the array would be copied for each that waits.
                state.slots[id] = .loading(claim, [])
                waiting.append(continuation)
                state.slots[id] = .loading(claim, waiting)
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
    /// - Returns: the new actor; `nil` when the id is there already, or another server's.
    func insert(_ id: WorkflowID, make: () -> WorkflowActor) -> WorkflowActor? {
        state.withLock { state in
            guard state.slots[id] == nil, state.serves(id) else { return nil }
            let workflow = make()
            state.slots[id] = .active(workflow)
            return workflow
        }
    }

    /// Lets go of a run, if it is still this actor's.
    func remove(_ workflow: WorkflowActor) {
        state.withLock { state in
            if case .active(let current) = state.slots[workflow.id], current === workflow {
                state.slots[workflow.id] = nil
            }
        }
    }
}
