internal import AetherRuntime

/// Performs what decisions asked for, after their commit and in its order, one batch at a time: one hop to the scheduler
/// and one to each session for all that became durable together.
actor EffectDispatcher {
    private let registry: WorkflowRegistry
    private let sessions: SessionRegistry
    private let scheduler: SchedulerActor
    private let waiters: ResultWaiters
    private let clock: EngineClock
    private nonisolated let queue = BatchQueue<Commit>()

    init(
        registry: WorkflowRegistry, sessions: SessionRegistry, scheduler: SchedulerActor, waiters: ResultWaiters,
        clock: EngineClock
    ) {
        self.registry = registry
        self.sessions = sessions
        self.scheduler = scheduler
        self.waiters = waiters
        self.clock = clock
    }

    /// Takes over the effects of durable decisions.
    nonisolated func release(_ commits: [Commit]) {
        queue.put(contentsOf: commits.filter { !$0.effects.isEmpty })
    }

    /// Performs effects until ``finish()``.
    func run() async {
        while let commits = await queue.take() {
            await perform(commits)
        }
    }

    nonisolated func finish() {
        queue.finish()
    }

    private func perform(_ commits: [Commit]) async {
        var requests: [TaskScheduler.Request] = []
        var messages: [String: [TaskMessage]] = [:]
        var freed: [String: [TaskID]] = [:]
        for commit in commits {
            for effect in commit.effects {
                switch effect {
                case .schedule:
                    if let request = commit.request { requests.append(request) }
                case .dispatch(let lease):
                    if let assignment = commit.assignment {
                        messages[lease.worker.id, default: []].append(.assign(assignment))
                    }
                case .push(let lease, let entry):
                    messages[lease.worker.id, default: []].append(.push(commit.task(lease), entry))
                case .revoke(let lease):
                    messages[lease.worker.id, default: []].append(.revoke(commit.task(lease)))
                case .free(let lease):
                    freed[lease.worker.id, default: []].append(commit.task(lease))
                case .publish(let outcome):
                    // First out of the registry, then told: who finds the run gone reads its end from the store.
                    registry.remove(commit.workflow)
                    waiters.publish(commit.workflow.id, outcome)
                case .tellParent, .startChild, .cancelChild, .terminateChild, .scheduleActivity, .dispatchActivity,
                    .freeActivity, .revokeActivity, .wake:
                    // No worker's record that leads here is accepted yet.
                    break
                }
            }
        }
        for (worker, messages) in messages { await send(messages, to: worker) }
        await free(freed)
        if !requests.isEmpty { await give(await scheduler.enqueue(requests)) }
    }

    private func send(_ messages: [TaskMessage], to worker: String) async {
        let unsent: [TaskAssignment]
        if let session = sessions.session(of: worker) {
            unsent = await session.send(messages)
        } else {
            unsent = messages.compactMap { if case .assign(let assignment) = $0 { assignment } else { nil } }
        }
        // The stream went while the tasks were being committed: nobody has them.
        for task in unsent.map(\.taskID) {
            // A run that refuses has ended or been discarded: then nothing is lost.
            _ = try? await registry.active(task.workflow)?
                .handle(.loseLease(epoch: task.epoch, .workerGone), at: clock.now())
        }
    }

    private func free(_ tasks: [String: [TaskID]]) async {
        var returned: [TaskScheduler.SessionID: Int] = [:]
        for (worker, tasks) in tasks {
            guard let session = sessions.session(of: worker) else { continue }
            let freed = await session.free(tasks)
            if let connection = freed.connection, freed.count > 0 { returned[connection] = freed.count }
        }
        if !returned.isEmpty { await give(await scheduler.release(returned)) }
    }

    /// Gives the credits of tasks back that left a session.
    func giveBack(_ freed: WorkerSession.Freed) async {
        guard let connection = freed.connection, freed.count > 0 else { return }
        await give(await scheduler.release([connection: freed.count]))
    }

    /// An assignment will not be sent: its decision was not written.
    func takeBackCredit(_ commit: Commit) async {
        for case .dispatch(let lease) in commit.effects {
            guard let session = sessions.session(of: lease.worker.id) else { continue }
            await giveBack(await session.unreserve([commit.workflow.id]))
        }
    }

    /// Leases runs to the sessions that the scheduler chose. A run that refuses gives the credit back, which may bring
    /// the session another one.
    func give(_ assignments: [TaskScheduler.Assignment]) async {
        var pending = assignments
        while !pending.isEmpty {
            var refused: [TaskScheduler.SessionID: Int] = [:]
            var again: [TaskScheduler.Request] = []
            for (connection, group) in Dictionary(grouping: pending, by: \.session) {
                let runs = group.map(\.request.workflow)
                guard let worker = group.first?.worker, let session = sessions.session(of: worker.id),
                    await session.reserve(runs, on: connection)
                else {
                    // The stream is over, and another one may have begun.
                    await scheduler.disconnect(connection)
                    again += group.map(\.request)
                    continue
                }
                let (unassigned, needingReplay) = await assign(group)
                again += needingReplay
                let freed = await session.unreserve(unassigned)
                if let connection = freed.connection, freed.count > 0 {
                    refused[connection, default: 0] += freed.count
                }
            }
            pending = refused.isEmpty ? [] : await scheduler.release(refused)
            if !again.isEmpty { pending += await scheduler.enqueue(again) }
        }
    }

    /// - Returns: the runs that refuse, and the requests that are to be made anew, for a worker that can replay.
    private func assign(
        _ assignments: [TaskScheduler.Assignment]
    ) async -> (unassigned: [WorkflowID], needingReplay: [TaskScheduler.Request]) {
        var unassigned: [WorkflowID] = []
        var needingReplay: [TaskScheduler.Request] = []
        for assignment in assignments {
            var request = assignment.request
            do throws(WorkflowFault) {
                guard let workflow = registry.active(request.workflow) else { throw .discarded }
                _ = try await workflow.handle(.assign(assignment.worker), at: clock.now())
            } catch {
                unassigned.append(request.workflow)
                guard case .refused(.cannotReplay) = error else { continue }
                request.needsReplay = true
                needingReplay.append(request)
            }
        }
        return (unassigned, needingReplay)
    }
}

extension Commit {
    fileprivate func task(_ lease: WorkflowExecution.Lease) -> TaskID {
        TaskID(workflow: workflow.id, epoch: lease.epoch)
    }
}
