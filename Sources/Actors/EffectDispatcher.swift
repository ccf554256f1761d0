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
                }
            }
        }
        for (worker, messages) in messages where await sessions.session(of: worker)?.send(messages) != true {
            await takeBack(messages)
        }
        let returned = await free(freed)
        if !returned.isEmpty { await give(await scheduler.release(returned)) }
        if !requests.isEmpty { await give(await scheduler.enqueue(requests)) }
    }

    /// The worker went for good while its tasks were being committed.
    private func takeBack(_ messages: [TaskMessage]) async {
        for case .assign(let assignment) in messages {
            let lost = WorkflowEvent.loseLease(epoch: assignment.taskID.epoch, .workerGone)
            // A run that refuses has ended or been discarded: then nothing is lost.
            _ = try? await registry.active(assignment.taskID.workflow)?.handle(lost, at: clock.now())
        }
    }

    private func free(_ tasks: [String: [TaskID]]) async -> [TaskScheduler.SessionID: Int] {
        var returned: [TaskScheduler.SessionID: Int] = [:]
        for (worker, tasks) in tasks {
            guard let session = sessions.session(of: worker) else { continue }
            let count = await session.free(tasks)
            if count > 0 { returned[session.id] = count }
        }
        return returned
    }

    /// Leases runs to the sessions that the scheduler chose. A run that refuses gives the credit back, which may bring
    /// the session another one.
    func give(_ assignments: [TaskScheduler.Assignment]) async {
        var pending = assignments
        while !pending.isEmpty {
            var refused: [TaskScheduler.SessionID: Int] = [:]
            var again: [TaskScheduler.Request] = []
            for assignment in pending {
                guard let workflow = registry.active(assignment.request.workflow) else {
                    refused[assignment.session, default: 0] += 1
                    continue
                }
                do throws(WorkflowFault) {
                    _ = try await workflow.handle(.assign(assignment.worker), at: clock.now())
                } catch {
                    refused[assignment.session, default: 0] += 1
                    if case .refused(.cannotReplay) = error {
                        var request = assignment.request
                        request.needsReplay = true
                        again.append(request)
                    }
                }
            }
            pending = refused.isEmpty ? [] : await scheduler.release(refused)
            if !again.isEmpty { pending += await scheduler.enqueue(again) }
        }
    }
}

extension Commit {
    fileprivate func task(_ lease: WorkflowExecution.Lease) -> TaskID {
        TaskID(workflow: workflow.id, epoch: lease.epoch)
    }
}
