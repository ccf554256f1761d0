internal import AetherRuntime
internal import AetherStorage

/// What runs tell one another: starts of children, their ends, and that they are to end.
extension Engine {
    /// Delivers messages until the queue is finished. Those that can't be delivered now are tried again later, and what there
    /// is for the same run meanwhile waits behind them: that a child is to end must not reach it before it is started.
    func deliverMessages() async {
        var late: [WorkflowID: [RunMessage]] = [:]
        while let deliveries = await messages.take() {
            var batch: [RunMessage] = []
            for delivery in deliveries {
                switch delivery {
                case .retry(let id): batch += late.removeValue(forKey: id) ?? []
                case .message(let message) where late[message.recipient] != nil:
                    late[message.recipient]?.append(message)
                case .message(let message): batch.append(message)
                }
            }
            let undelivered = await deliver(batch)
            guard !undelivered.isEmpty, !isStopping else { continue }
            for message in undelivered { late[message.recipient, default: []].append(message) }
            let recipients = Set(undelivered.map(\.recipient))
            inBackground { [self] in
                // A server that stops leaves them to the next one, which reads them out of the journals.
                guard (try? await clock.sleep(configuration.writeRetryInterval)) != nil else { return }
                self.messages.put(contentsOf: recipients.map { .retry($0) })
            }
        }
    }

    /// Delivers a batch, each message by the server that owns its recipient.
    ///
    /// - Returns: what could not be delivered, in its order.
    func deliver(_ batch: [RunMessage]) async -> [RunMessage] {
        var answers: [MessageAnswer]
        if let cluster, registry.served != .all {
            answers = await deliver(batch, cluster)
        } else {
            answers = await accept(batch)
        }
        // Of a child that has ended its parent hears here, which is where the message comes from.
        for (index, message) in batch.enumerated() {
            guard case .ended(let outcome) = answers[index], case .start(_, let link, _) = message else { continue }
            if case .undelivered? = await accept([.tell(link, outcome)]).first { answers[index] = .undelivered }
        }
        return zip(batch, answers).compactMap { if case .undelivered = $1 { $0 } else { nil } }
    }

    private func deliver(_ batch: [RunMessage], _ cluster: ClusterState) async -> [MessageAnswer] {
        var answers = [MessageAnswer](repeating: .undelivered, count: batch.count)
        var local: [Int] = []
        var remote: [ClusterNode: [Int]] = [:]
        for (index, message) in batch.enumerated() {
            if registry.serves(message.recipient) {
                local.append(index)
            } else if let owner = cluster.owner(of: message.recipient) {
                remote[owner, default: []].append(index)
            }
        }
        if !local.isEmpty {
            for (index, answer) in zip(local, await accept(local.map { batch[$0] })) { answers[index] = answer }
        }
        guard let peers else { return answers }
        // Side by side: one that does not answer holds up no other.
        await withTaskGroup(of: (indices: [Int], answers: [MessageAnswer]).self) { group in
            for (node, indices) in remote {
                group.addTask { (indices, await peers.deliver(indices.map { batch[$0] }, to: node)) }
            }
            for await (indices, answered) in group {
                for (index, answer) in zip(indices, answered) { answers[index] = answer }
            }
        }
        return answers
    }

    /// Delivers messages to runs of this server; their commits are waited for together.
    ///
    /// - Returns: what became of each, in their order.
    package func accept(_ batch: [RunMessage]) async -> [MessageAnswer] {
        var answers = [MessageAnswer](repeating: .delivered, count: batch.count)
        var deliveries: [(index: Int, handed: Handed)] = []
        var unreached: Set<WorkflowID> = []
        let missing = await prefetch(batch.map(\.recipient))
        for (index, message) in batch.enumerated() {
            do throws(EngineError) {
                guard !unreached.contains(message.recipient) else {
                    answers[index] = .undelivered
                    continue
                }
                switch try await hand(message, missing) {
                case .nothing: break
                case .handed(let handed): deliveries.append((index, handed))
                case .ended(let outcome): answers[index] = .ended(outcome)
                }
            } catch {
                answers[index] = .undelivered
                unreached.insert(message.recipient)
            }
        }
        await give(deliveries.flatMap(\.handed.requests))
        for (index, handed) in deliveries {
            let workflow = handed.workflow
            do throws(WorkflowFault) {
                try await waitUntilDurable(workflow, handed.ticket)
                if workflow.creation?.isIDTaken == true {
                    registry.remove(workflow)
                    answers[index] = .undelivered
                } else if workflow.isDiscarded {
                    answers[index] = .undelivered
                }
            } catch {
                registry.remove(workflow)
                answers[index] = .undelivered
            }
        }
        return answers
    }

    /// A message that a run has taken, and what has to become durable of it.
    struct Handed {
        var workflow: WorkflowActor
        var ticket: WorkflowActor.Ticket?
        /// What the scheduler is to be asked.
        var requests: [TaskScheduler.Request]
    }

    /// What came of handing a message to a run.
    private enum Handing {
        case nothing
        case handed(Handed)
        /// The child is not to be started any more: its parent is to hear of this.
        case ended(WorkflowOutcome)

        init(_ handed: Handed?) {
            self = handed.map { .handed($0) } ?? .nothing
        }
    }

    /// Hands a message to the run it is for; ``give(_:)`` follows.
    ///
    /// - Parameters:
    ///   - message: the message.
    ///   - missing: ids that no store had a moment ago.
    /// - Returns: what came of it.
    /// - Throws: `unavailable`.
    private func hand(_ message: RunMessage, _ missing: Set<WorkflowID>) async throws(EngineError) -> Handing {
        switch message {
        case .start(let child, let link, let trace):
            return try await start(child, for: link, in: trace, isMissing: missing.contains(child.id))
        case .tell(let link, let outcome):
            return Handing(
                try await hand(.closeChild(link.key, outcome), to: link.workflow) { $0.seed == link.seed })
        case .cancel(let child, let parent):
            return Handing(try await hand(.cancel, to: child) { $0.parent?.workflow == parent })
        case .terminate(let child, let parent):
            return Handing(try await hand(.terminate, to: child) { $0.parent?.workflow == parent })
        }
    }

    func hand(
        _ event: WorkflowEvent, to id: WorkflowID, if isMeant: (WorkflowStart) -> Bool
    ) async throws(EngineError) -> Handed? {
        while case .active(let workflow) = try await lookup(id), isMeant(workflow.start) {
            do throws(WorkflowFault) {
                let staged = try await workflow.handle(event, at: clock.now(), isOneOfMany: true)
                return Handed(workflow: workflow, ticket: staged.ticket, requests: staged.requests)
            } catch {
                switch error {
                case .discarded: registry.remove(workflow)
                case .refused: return nil
                case .unwritable(let error): throw unwritable(error)
                }
            }
        }
        return nil
    }

    /// Sees to it that a child is there. A run of its id that the same operation started is the child; one that an earlier
    /// run of the parent's id started makes way once it has ended.
    private func start(
        _ child: ChildStart, for link: ParentLink, in trace: TraceContext?, isMissing: Bool = false
    ) async throws(EngineError) -> Handing {
        guard WorkflowID.isName(child.type) else {
            return refusal("its type must be 1 to \(WorkflowID.maximumLength) bytes long, without control characters")
        }
        let tier = child.tier ?? tier(ofType: child.type)
        var start = start(child.type, child.input, at: tier, seed: link.childSeed, parent: link)
        start.trace = traceContext(ofChildOf: link, in: trace)
        guard let lane = lane(of: tier) else {
            return refusal("this server has no store for the tier \(tier.name)")
        }
        var replacesClosed = false
        switch isMissing ? .unknown : try await lookup(child.id) {
        case .unknown:
            break
        case .active(let workflow):
            if workflow.start.parent == link { return .nothing }
            return refusal("workflow \(child.id) exists already, and is not its child")
        case .closed(_, let old):
            let existing = try await readStart(child.id, from: old.store)
            if existing.parent == link {
                return .ended(try await outcome(of: child.id, in: old.store))
            }
            guard existing.parent?.workflow == link.workflow, existing.parent?.key == link.key else {
                return refusal("workflow \(child.id) exists already, and is not its child")
            }
            try await makeWay(child.id, for: lane)
            replacesClosed = true
        }
        let (execution, decision) = WorkflowExecution.create(id: child.id, start: start, at: clock.now())
        let created = registry.insert(child.id) {
            WorkflowActor(
                creating: execution, decision, replacesClosed: replacesClosed, persistence: lane.persistence)
        }
        guard let created else { return try await self.start(child, for: link, in: trace) }
        return .handed(
            Handed(workflow: created, ticket: created.creation?.ticket, requests: [execution.schedulingRequest]))
    }

    /// Sees to it that the children of a run that makes way for a new one are there: their starts go with its journal.
    func startChildren(of workflow: WorkflowActor) async throws(EngineError) {
        let execution = await workflow.snapshot().execution
        let starts = execution.unfinishedEffects.compactMap { effect -> RunMessage? in
            guard case .startChild = effect else { return nil }
            return RunMessage(effect, of: execution.id, seed: execution.start.seed, in: execution.start.trace)
        }
        guard let late = starts.isEmpty ? nil : await deliver(starts).first else { return }
        throw EngineError(.unavailable, "child \(late.recipient) was not accepted; try again")
    }

    /// A child can't be started: for its parent, it has failed.
    private func refusal(_ reason: String) -> Handing {
        .ended(.failed(Failure(message: reason, type: "ChildNotStarted", isNonRetryable: true)))
    }

    /// A run that was read back does what its parent's end asked for, should that not have reached it. A parent that goes on
    /// as a new run has ended too.
    ///
    /// - Parameters:
    ///   - workflow: the run.
    ///   - mayReturn: whether a parent that is not there may be one in memory, lost with a server, which its own parent starts again.
    /// - Throws: `unavailable`.
    func followParent(of workflow: WorkflowActor, mayReturn: Bool = true) async throws(EngineError) {
        guard let parent = workflow.start.parent, parent.closePolicy != .abandon else { return }
        var event = WorkflowEvent.cancel
        var isThere = false
        do throws(StoreError) {
            for lane in lanes.values {
                guard let summary = try await lane.store.summary(of: parent.workflow) else { continue }
                isThere = true
                if !summary.state.isTerminal {
                    let start = try await lane.store.journal(of: parent.workflow, after: 0, limit: 1).first
                    guard case .started(let now) = start?.event, now.seed != parent.seed else { return }
                } else if try await wasTerminated(parent.workflow, in: lane.store) {
                    event = .terminate
                }
            }
        } catch {
            throw EngineError(.unavailable, "workflow \(parent.workflow) can't be read: \(error)")
        }
        if !isThere, let cluster, !registry.serves(parent.workflow) {
            // In another server's memory, perhaps.
            guard let owner = cluster.owner(of: parent.workflow), let peers else {
                return followParentLater(of: workflow)
            }
            switch await peers.hasRun(parent.workflow, at: owner) {
            case true?: return
            case false?: break
            case nil: throw EngineError(.unavailable, "workflow \(parent.workflow) can't be asked for; try again")
            }
        }
        if !isThere, mayReturn { return followParentLater(of: workflow) }
        _ = try? await workflow.handle(event, at: clock.now())
    }

    /// Looks for the parent again once the open runs have been read, until it can be read.
    func followParentLater(of workflow: WorkflowActor) {
        inBackground { [self] in
            while (try? await clock.sleep(configuration.workerGrace)) != nil, !workflow.isAbsent {
                guard hasRecovered else { continue }
                if (try? await followParent(of: workflow, mayReturn: false)) != nil { return }
            }
        }
    }

    private func wasTerminated(_ id: WorkflowID, in store: any WorkflowStore) async throws(StoreError) -> Bool {
        guard let end = try await store.lastEntry(of: id)?.sequence, end >= 2 else { return false }
        return try await store.journal(of: id, after: end - 2, limit: 1).first?.event == .terminated
    }
}
