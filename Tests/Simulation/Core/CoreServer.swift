import AetherRuntime
import AetherStorage

/// A server made of the core alone: decisions, a line of commits, and effects after them. What the product's actors do at the same
/// time, it does one after the other.
final class CoreServer {
    enum Refusal: Error {
        /// Nothing was done, or nobody knows: ask again.
        case unavailable
        case unknown
        case refused(WorkflowError)
    }

    typealias Answer = (Result<[RecordPlace], Refusal>) -> Void

    /// A run in memory.
    struct Loaded {
        var execution: WorkflowExecution
        var heartbeats: [OperationKey: ActivityHeartbeat] = [:]
        /// The last generation of workers there was when it was assigned.
        var generation: UInt64 = 0
        /// How many of its decisions are in line.
        var staged = 0
    }

    /// A decision in line.
    private struct Staged {
        var id: WorkflowID
        var seed: UInt64
        var write: WorkflowWrite?
        var effects: [Effect]
        var requests: [TaskScheduler.Request]
        var journalLength: UInt64
        var answer: (Result<Void, Refusal>) -> Void
    }

    unowned let world: CoreWorld
    private(set) var isUp = true
    var runs: [WorkflowID: Loaded] = [:]
    var sessions: [String: CoreSession] = [:]
    var scheduler = TaskScheduler()
    var mail: [WorkflowID: [CoreMessage]] = [:]
    private var line: [Staged] = []
    private var isCommitting = false
    /// How far its time is ahead of the world's, in milliseconds: it counts on by itself, and begins behind nothing that is written.
    private let skew: Int64

    init(_ world: CoreWorld) {
        self.world = world
        skew = max(world.skew, world.history.newestTime.rawValue - world.events.now)
        recover()
    }

    var now: Timestamp { Timestamp(millisecondsSinceEpoch: world.events.now + skew) }

    func kill() {
        isUp = false
        line = []
        for session in sessions.values { session.stream?.close() }
    }

    /// Later, if the server is still there.
    func after(_ milliseconds: Int64, _ action: @escaping () -> Void) {
        world.events.after(milliseconds) { [self] in
            if isUp { action() }
        }
    }

    // MARK: Decisions

    /// Gives events to a run, one behind the other. The answer is told once what the run decided is durable, or that it is not, with
    /// the places of the records that were reported.
    func submit(_ events: WorkflowEvent..., to id: WorkflowID, _ answer: @escaping Answer = { _ in }) {
        var places: [RecordPlace] = []
        do {
            for (number, event) in events.enumerated() {
                let decision = try decide(event, id)
                places += decision.acknowledged
                let all = places
                // What comes last is durable last.
                stage(decision, of: id) { if number == events.count - 1 { answer($0.map { all }) } }
            }
        } catch {
            answer(.failure(error))
        }
    }

    private func decide(_ event: WorkflowEvent, _ id: WorkflowID) throws(Refusal) -> Decision {
        guard let loaded = try load(id) else { throw .unknown }
        do {
            // In place: a copy would be made of what changes.
            guard let decision = try runs[id]?.execution.handle(event, at: now, heartbeats: loaded.heartbeats) else {
                throw Refusal.unknown
            }
            return decision
        } catch let error as WorkflowError {
            throw .refused(error)
        } catch {
            throw .unknown
        }
    }

    /// Puts what a run decided in line.
    func stage(
        _ decision: Decision, of id: WorkflowID, isNew: Bool = false,
        _ answer: @escaping (Result<Void, Refusal>) -> Void
    ) {
        guard let loaded = runs[id] else { return }
        let execution = loaded.execution
        var staged = Staged(
            id: id, seed: execution.start.seed, write: nil, effects: decision.effects, requests: [],
            journalLength: execution.lastSequence, answer: answer)
        if !decision.entries.isEmpty {
            let begins = isNew || decision.beginsAnew
            staged.write = WorkflowWrite(
                id: id, summary: begins ? execution.summary : nil, isNew: begins,
                replaces: decision.beginsAnew ? .any : .nothing, entries: decision.entries)
        }
        if decision.beginsAnew { runs[id]?.heartbeats = [:] }
        for effect in decision.effects {
            switch effect {
            case .schedule:
                staged.requests.append(execution.schedulingRequest)
            case .scheduleAnew:
                var request = execution.schedulingRequest
                request.generationBefore = loaded.generation
                staged.requests.append(request)
            case .scheduleActivity(let key, let activity):
                staged.requests.append(activity.schedulingRequest(TaskSubject(workflow: id, activity: key)))
            case .freeActivity(let lease):
                runs[id]?.heartbeats[lease.key] = nil
            default:
                break
            }
        }
        runs[id]?.staged += 1
        line.append(staged)
        commit()
    }

    // MARK: Commits

    private func commit() {
        guard !isCommitting, !line.isEmpty else { return }
        isCommitting = true
        after(world.faults.commitTime()) { [self] in
            let batch = line
            line = []
            if world.disk.isFull || world.faults.commitFails() { return discard(batch) }
            let writes = batch.compactMap(\.write)
            world.disk.write(writes)
            world.history.written(writes, except: [], isVolatile: false)
            after(world.faults.commitTime()) { [self] in
                for staged in batch { runs[staged.id]?.staged -= 1 }
                for staged in batch { release(staged) }
                isCommitting = false
                commit()
            }
        }
    }

    /// Memory goes back to what is written.
    private func discard(_ batch: [Staged]) {
        for id in Set(batch.map(\.id)) { runs[id] = nil }
        for staged in batch {
            for effect in staged.effects {
                switch effect {
                case .dispatch(let lease): takeBack(TaskSubject(workflow: staged.id), from: lease.worker.id)
                case .dispatchActivity(let lease, _):
                    takeBack(TaskSubject(workflow: staged.id, activity: lease.key), from: lease.worker)
                default: break
                }
            }
            staged.answer(.failure(.unavailable))
        }
        let open = Set(batch.map(\.id)).filter { world.disk.isOpen($0) }.sorted()
        isCommitting = false
        for id in open { pickUp(id) }
        commit()
    }

    private func release(_ staged: Staged) {
        for effect in staged.effects { perform(effect, staged) }
        for request in staged.requests { enqueue(request) }
        staged.answer(.success(()))
    }

    private func perform(_ effect: Effect, _ staged: Staged) {
        let id = staged.id
        switch effect {
        case .schedule, .scheduleAnew, .scheduleActivity:
            break
        case .dispatch(let lease):
            let task = TaskID(workflow: id, epoch: lease.epoch)
            let journal = world.disk.journals[id]?.prefix(Int(staged.journalLength)) ?? []
            dispatch(task, .run(task, journal: Array(journal)), to: lease.worker.id)
        case .dispatchActivity(let lease, _):
            let task = TaskID(workflow: id, activity: lease.key, epoch: UInt64(lease.attempt))
            dispatch(task, .attempt(task), to: lease.worker)
        case .push(let lease, let entry):
            push(entry, to: TaskID(workflow: id, epoch: lease.epoch), lease.worker.id)
        case .free(let lease):
            free(TaskID(workflow: id, epoch: lease.epoch), lease.worker.id)
        case .rest(let lease):
            rest(TaskID(workflow: id, epoch: lease.epoch), lease.worker.id)
        case .revoke(let lease):
            sessions[lease.worker.id]?.stream?.send(.revoke(TaskID(workflow: id, epoch: lease.epoch)))
        case .freeActivity(let lease):
            free(TaskID(workflow: id, activity: lease.key, epoch: UInt64(lease.attempt)), lease.worker)
        case .revokeActivity(let lease):
            let task = TaskID(workflow: id, activity: lease.key, epoch: UInt64(lease.attempt))
            sessions[lease.worker]?.stream?.send(.revoke(task))
        case .publish:
            if runs[id]?.execution.outcome != nil { runs[id] = nil }
        case .passivate:
            passivate(id)
        case .wake(let time):
            wake(id, at: time)
        case .tellParent(let link, let outcome):
            post(.tell(link, outcome), to: link.workflow)
        case .startChild(let key, let child):
            let link = ParentLink(workflow: id, seed: staged.seed, key: key, closePolicy: child.closePolicy)
            post(.start(child, link), to: child.id)
        case .cancelChild(let child):
            post(.cancel(parent: id), to: child)
        case .terminateChild(let child):
            post(.terminate(parent: id), to: child)
        }
    }

    func wake(_ id: WorkflowID, at time: Timestamp) {
        after(time.rawValue - now.rawValue) { [self] in
            guard world.disk.isOpen(id) else { return }
            submit(.wake, to: id) { [self] result in
                if case .failure(.unavailable) = result { wake(id, at: now.advanced(by: 500)) }
            }
        }
    }

    /// The run leaves memory, if nobody needs it there.
    private func passivate(_ id: WorkflowID) {
        guard let loaded = runs[id], loaded.staged == 0, loaded.execution.mayBePassive, world.faults.passivates() else {
            return
        }
        world.disk.passivate(id, until: loaded.execution.nextDeadline)
        runs[id] = nil
    }
}

extension WorkflowExecution {
    fileprivate var summary: WorkflowSummary {
        WorkflowSummary(
            id: id, type: start.type, tier: start.tier, state: state, createdAt: createdAt, startedAt: startedAt,
            completedAt: closedAt)
    }
}
