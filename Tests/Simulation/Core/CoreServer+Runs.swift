import AetherRuntime

/// What runs tell one another.
enum CoreMessage {
    case start(ChildStart, ParentLink)
    case tell(ParentLink, WorkflowOutcome)
    case cancel(parent: WorkflowID)
    case terminate(parent: WorkflowID)
}

/// Runs that are read from the disk, and what runs tell one another.
extension CoreServer {
    /// Everything open is picked up when a server begins, but what is passive.
    func recover() {
        for id in world.disk.journals.keys.sorted() where world.disk.isOpen(id) {
            if let passive = world.disk.passive[id] {
                if let time = passive { wake(id, at: time) }
            } else {
                pickUp(id)
            }
        }
    }

    /// Reads a run that is not in memory, again and again until that succeeds.
    func pickUp(_ id: WorkflowID) {
        after(world.events.draw(0...200)) { [self] in
            guard runs[id] == nil, world.disk.isOpen(id) else { return }
            do {
                _ = try load(id)
            } catch {
                pickUp(id)
            }
        }
    }

    /// A run in memory, read from the disk if it is not there and is open.
    ///
    /// - Throws: `unavailable`; `refused` when it has ended.
    @discardableResult
    func load(_ id: WorkflowID) throws(Refusal) -> Loaded? {
        if let loaded = runs[id] { return loaded }
        guard let journal = world.disk.journals[id] else { return nil }
        if let outcome = world.disk.outcome(of: id) { throw .refused(.closed(outcome.state)) }
        if world.faults.readFails() { throw .unavailable }
        let execution: WorkflowExecution
        do {
            execution = try WorkflowExecution.replay(id: id, journal)
        } catch {
            world.fail("\(id): \(error)")
            throw .unavailable
        }
        var loaded = Loaded(execution: execution)
        for lease in execution.activityLeases {
            loaded.heartbeats[lease.key] = ActivityHeartbeat(time: now, details: nil)
        }
        runs[id] = loaded
        // Its deadlines are watched again before anything else happens to it, what else it needs is seen to afterwards.
        submit(.wake, to: id)
        after(0) { [self] in resume(id, execution) }
        return runs[id]
    }

    /// Workers may still have the tasks that the journal says they have, else it needs one; its children may be missing, its parent may
    /// have ended.
    private func resume(_ id: WorkflowID, _ written: WorkflowExecution) {
        if let lease = written.lease, !adopt(TaskID(workflow: id, epoch: lease.epoch), by: lease.worker.id) {
            submit(.loseLease(epoch: lease.epoch, .notHeld), to: id)
        }
        if let now = runs[id]?.execution, now.lease == nil, !now.isIdle { enqueue(now.schedulingRequest) }
        for lease in written.activityLeases
        where !adopt(TaskID(workflow: id, activity: lease.key, epoch: UInt64(lease.attempt)), by: lease.worker) {
            submit(.completeActivity(lease.key, attempt: lease.attempt, .workerGone), to: id)
        }
        for effect in written.unfinishedEffects {
            switch effect {
            case .startChild(let key, let child):
                let link = ParentLink(workflow: id, seed: written.start.seed, key: key, closePolicy: child.closePolicy)
                post(.start(child, link), to: child.id)
            case .cancelChild(let child):
                post(.cancel(parent: id), to: child)
            default:
                break
            }
        }
        followParent(of: id, written.start)
    }

    /// A run that was read does what its parent's end asked for, should that not have reached it.
    private func followParent(of id: WorkflowID, _ start: WorkflowStart) {
        guard let parent = start.parent, parent.closePolicy != .abandon,
            let now = world.disk.start(of: parent.workflow)
        else { return }
        let journal = world.disk.journals[parent.workflow] ?? []
        if world.disk.outcome(of: parent.workflow) != nil {
            let isTerminated = journal.dropLast().last?.event == .terminated
            submit(isTerminated ? .terminate : .cancel, to: id)
        } else if now.seed != parent.seed {
            submit(.cancel, to: id)
        }
    }

    // MARK: Messages

    /// Puts a message for a run behind those that it has not got yet.
    func post(_ message: CoreMessage, to id: WorkflowID) {
        mail[id, default: []].append(message)
        if mail[id]?.count == 1 { deliver(to: id) }
    }

    private func deliver(to id: WorkflowID) {
        guard let message = mail[id]?.first else { return }
        hand(message, to: id) { [self] result in
            if case .failure(.unavailable) = result {
                return after(world.events.draw(100...1_000)) { [self] in deliver(to: id) }
            }
            mail[id]?.removeFirst()
            if mail[id]?.isEmpty == true { mail[id] = nil }
            // Not from within an answer: a long line would be a deep stack.
            after(0) { [self] in deliver(to: id) }
        }
    }

    private func hand(_ message: CoreMessage, to id: WorkflowID, _ answer: @escaping Answer) {
        do {
            switch message {
            case .start(let child, let link):
                try start(child, link, answer)
            case .tell(let link, let outcome):
                guard try load(id)?.execution.start.seed == link.seed else { return answer(.success([])) }
                submit(.closeChild(link.key, outcome), to: id, answer)
            case .cancel(let parent):
                guard try load(id)?.execution.start.parent?.workflow == parent else { return answer(.success([])) }
                submit(.cancel, to: id, answer)
            case .terminate(let parent):
                guard try load(id)?.execution.start.parent?.workflow == parent else { return answer(.success([])) }
                submit(.terminate, to: id, answer)
            }
        } catch {
            answer(.failure(error))
        }
    }

    private func start(_ child: ChildStart, _ link: ParentLink, _ answer: @escaping Answer) throws(Refusal) {
        if let outcome = world.disk.outcome(of: child.id), world.disk.start(of: child.id)?.parent == link {
            post(.tell(link, outcome), to: link.workflow)
            return answer(.success([]))
        }
        guard runs[child.id] == nil, world.disk.journals[child.id] == nil else { return answer(.success([])) }
        let start = WorkflowStart(
            type: child.type, input: child.input, tier: .stateActionLog, seed: link.childSeed, parent: link)
        create(child.id, start, answer)
    }

    func create(_ id: WorkflowID, _ start: WorkflowStart, _ answer: @escaping Answer) {
        let (execution, decision) = WorkflowExecution.create(id: id, start: start, at: now)
        runs[id] = Loaded(execution: execution)
        stage(decision, of: id, isNew: true) { answer($0.map { [] }) }
    }
}
