extension WorkflowExecution {
    /// Decides what follows from an event, and moves to the state that the decision's entries describe.
    ///
    /// | event | pending | running, leased | running, no lease | closed |
    /// |---|---|---|---|---|
    /// | assign | leased | refused | leased | refused |
    /// | advance, complete | refused | by epoch: applied, or refused as stale | refused | refused |
    /// | loseLease | nothing | by epoch: no lease, scheduled again | nothing | nothing |
    /// | rest | nothing | by epoch: its credit is free until something is pushed | nothing | nothing |
    /// | evict | nothing | by epoch: no lease, scheduled once something it waits for happens | nothing | nothing |
    /// | block | nothing | by epoch: no lease, scheduled for workers that come | nothing | nothing |
    /// | cancel | cancelled | requested; a plain worker's run is cancelled | as with a lease of the last worker | refused |
    /// | terminate | cancelled | cancelled | cancelled | refused |
    /// | signal | kept | given to who waits for it, or kept | the same | refused |
    /// | closeChild, wake | nothing | what is due happens | the same | nothing |
    /// | an activity's | refused | by attempt: applied, or refused as stale | the same | refused |
    ///
    /// A request to cancel is for code that can replay and clean up: a run that only plain workers had, and of which
    /// nothing is recorded, ends at once.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: the time of new entries, and the instant up to which operations are due.
    ///   - heartbeats: when the running activities were heard of last, as far as they were.
    /// - Returns: the entries to append, and what to do once they are durable.
    /// - Throws: ``WorkflowError``; the state is then unchanged.
    package mutating func handle(
        _ event: WorkflowEvent, at now: Timestamp, heartbeats: [OperationKey: ActivityHeartbeat] = [:]
    ) throws(WorkflowError) -> Decision {
        var decision = Decision()
        switch event {
        case .assign(let worker): try assign(worker, at: now, &decision)
        case .advance(let epoch, let first, let records): try advance(epoch, first, records, at: now, &decision)
        case .complete(let epoch, let outcome): try complete(epoch, outcome, at: now, &decision)
        case .loseLease(let epoch, let reason): loseLease(epoch, reason, at: now, &decision)
        case .rest(let epoch, let seen): rest(epoch, seen, &decision)
        case .evict(let epoch, let seen): evict(epoch, seen, at: now, &decision)
        case .block(let epoch, let blockage): block(epoch, blockage, at: now, &decision)
        case .cancel: try cancel(at: now, &decision)
        case .terminate: try terminate(at: now, &decision)
        case .signal(let signal): try receive(signal, at: now, &decision)
        case .closeChild(let key, let outcome): closeChild(key, outcome, at: now, &decision)
        case .assignActivity(let key, let worker): try assignActivity(key, worker, at: now, &decision)
        case .completeActivity(let key, let attempt, let result):
            try completeActivity(key, attempt, result, heartbeats, at: now, &decision)
        case .wake: break
        }
        actOnDeadlines(at: now, heartbeats, &decision)
        return decision
    }

    private mutating func assign(
        _ worker: WorkerIdentity, at now: Timestamp, _ decision: inout Decision
    ) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        if let lease { throw .alreadyAssigned(epoch: lease.epoch) }
        if worker.isPlain, needsReplay { throw .cannotReplay(worker: worker.id) }
        record(.assigned(worker: worker, epoch: epoch + 1), at: now, &decision)
        decision.effects.append(.dispatch(Lease(worker: worker, epoch: epoch)))
    }

    private mutating func advance(
        _ epoch: UInt64, _ firstRecord: UInt64, _ records: [WorkerRecord], at now: Timestamp,
        _ decision: inout Decision
    ) throws(WorkflowError) {
        let lease = try currentLease(epoch)
        guard firstRecord <= lease.applied + 1, firstRecord > 0 || records.isEmpty else {
            throw .recordGap(expected: lease.applied + 1, found: firstRecord)
        }
        decision.acknowledged.reserveCapacity(records.count)
        decision.entries.reserveCapacity(records.count)
        for (number, worked) in zip(firstRecord..., records) {
            if let place = places.place(of: number) ?? place(ofRecorded: worked) {
                decision.acknowledged.append(place)
                continue
            }
            guard number > lease.applied, outcome == nil else {
                decision.acknowledged.append(RecordPlace(sequence: lastSequence, time: lastTime))
                continue
            }
            guard let event = worked.event(at: max(now, lastTime)) else {
                if case .continueAsNew(let input) = worked { continueAsNew(input, lease, at: now, &decision) }
                // The run is no longer the worker's: what else it reports is of no interest.
                let place = RecordPlace(sequence: lastSequence, time: lastTime)
                decision.acknowledged += Array(repeating: place, count: records.count - decision.acknowledged.count)
                return
            }
            let entry = record(event, number: number, early: worked.early, at: now, &decision)
            decision.acknowledged.append(RecordPlace(sequence: entry.sequence, time: entry.time))
            follow(worked, lease, at: now, &decision)
        }
    }

    /// Where what a record says stands already: it was recorded under an earlier number.
    private func place(ofRecorded record: WorkerRecord) -> RecordPlace? {
        guard let key = record.key else { return nil }
        // Not what the journal has of the key: the worker may learn of the outcome only later.
        if case .cancelOperation = record { return nil }
        if let sequence = outcomes[key] { return RecordPlace(sequence: sequence, time: lastTime) }
        switch record {
        case .startTimer, .startChild, .scheduleActivity, .awaitSignal:
            return pending[key].map { RecordPlace(sequence: $0.sequence, time: lastTime) }
        case .stepAttemptFailed(_, let attempt, _, _):
            guard case .step(let recorded, _, _) = pending[key]?.kind, recorded >= attempt else { return nil }
            return RecordPlace(sequence: pending[key]?.sequence ?? lastSequence, time: lastTime)
        case .stepCompleted, .stepResolved, .stepFailed, .setValue, .setVersion, .cancelOperation, .continueAsNew,
            .close:
            return nil
        }
    }

    /// What a worker's record brings about, beyond its entry.
    private mutating func follow(
        _ record: WorkerRecord, _ lease: Lease, at now: Timestamp, _ decision: inout Decision
    ) {
        switch record {
        case .close(let outcome):
            decision.effects.append(.free(lease))
            decision.effects.append(.publish(outcome))
        case .startChild(let key, let child):
            decision.effects.append(.startChild(key, child))
        case .awaitSignal(_, let name, _):
            consumeSignals(name, at: now, &decision)
        case .cancelOperation(let key):
            followCancellation(of: key, at: now, &decision)
        case .stepCompleted, .stepResolved, .stepFailed, .stepAttemptFailed, .startTimer, .scheduleActivity,
            .setValue, .setVersion, .continueAsNew:
            break
        }
    }

    /// The run goes on under its id with a new input and an empty journal. What was sent to it and not taken goes with it, and
    /// so does a request to cancel it; its open operations end as if it had been cancelled.
    private mutating func continueAsNew(
        _ input: [UInt8], _ lease: Lease, at now: Timestamp, _ decision: inout Decision
    ) {
        endOperations(&decision)
        let signals = self.signals.kept.sorted { $0.key < $1.key }.map(\.value)
        let signalIDs = self.signals.lastIDs(WorkflowStart.Continuation.rememberedSignals)
        let isCancelRequested = self.isCancelRequested
        let count = (start.continuation?.count ?? 0) + 1
        var next = start
        next.continuation = WorkflowStart.Continuation(
            count: count, epoch: epoch, firstInput: start.firstInput, signalIDs: signalIDs)
        next.input = input
        next.seed = SplitMix64.hash(start.seed, "continue", count)
        decision.beginsAnew = true
        decision.entries = [beginAnew(next, at: now)]
        decision.effects.append(.free(lease))
        for signal in signals { record(.signalReceived(signal), at: now, &decision) }
        if isCancelRequested { record(.cancelRequested, at: now, &decision) }
        decision.effects.append(.schedule)
    }

    private mutating func complete(
        _ epoch: UInt64, _ outcome: WorkflowOutcome, at now: Timestamp, _ decision: inout Decision
    ) throws(WorkflowError) {
        let lease = try currentLease(epoch)
        record(.closed(outcome), at: now, &decision)
        decision.effects += [.free(lease), .publish(outcome)]
    }

    private mutating func loseLease(
        _ epoch: UInt64, _ reason: LeaseEnd, at now: Timestamp, _ decision: inout Decision
    ) {
        guard let lease, lease.epoch == epoch else { return }
        record(.released(epoch: epoch, reason: reason), at: now, &decision)
        decision.effects += [.free(lease), .revoke(lease), .schedule]
    }

    private func rest(_ epoch: UInt64, _ seen: UInt64, _ decision: inout Decision) {
        // Otherwise something is on its way to the worker that wakes the run.
        guard let lease, lease.epoch == epoch, seen >= lastSequence else { return }
        decision.effects.append(.rest(lease))
    }

    private mutating func evict(_ epoch: UInt64, _ seen: UInt64, at now: Timestamp, _ decision: inout Decision) {
        guard let lease, lease.epoch == epoch else { return }
        let hasSeenAll = seen >= lastSequence
        record(.released(epoch: epoch, reason: hasSeenAll ? .evicted : .returned), at: now, &decision)
        decision.effects.append(.free(lease))
        decision.effects.append(hasSeenAll ? .passivate : .schedule)
    }

    private mutating func block(
        _ epoch: UInt64, _ blockage: Blockage, at now: Timestamp, _ decision: inout Decision
    ) {
        guard let lease, lease.epoch == epoch else { return }
        record(.blocked(epoch: epoch, blockage), at: now, &decision)
        decision.effects += [.free(lease), .scheduleAnew]
    }

    // MARK: Ending from outside

    private mutating func cancel(at now: Timestamp, _ decision: inout Decision) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        if let lease, lease.worker.isPlain {
            record(.released(epoch: lease.epoch, reason: .cancelled), at: now, &decision)
            decision.effects += [.free(lease), .revoke(lease)]
            return close(.cancelled, at: now, &decision)
        }
        if startedAt == nil || (lease == nil && !needsReplay && lastWorker?.isPlain == true) {
            return close(.cancelled, at: now, &decision)
        }
        if !isCancelRequested { record(.cancelRequested, at: now, &decision) }
    }

    private mutating func terminate(at now: Timestamp, _ decision: inout Decision) throws(WorkflowError) {
        if let outcome { throw .closed(outcome.state) }
        for operation in pending.values {
            if case .child(let child) = operation.kind, child.closePolicy != .abandon {
                decision.effects.append(.terminateChild(child.id))
            }
        }
        if let lease {
            record(.released(epoch: lease.epoch, reason: .terminated), at: now, &decision)
            decision.effects += [.free(lease), .revoke(lease)]
        }
        record(.terminated, at: now, &decision)
        close(.cancelled, at: now, &decision)
    }

    private mutating func close(_ outcome: WorkflowOutcome, at now: Timestamp, _ decision: inout Decision) {
        record(.closed(outcome), at: now, &decision)
        decision.effects.append(.publish(outcome))
    }

    private func currentLease(_ epoch: UInt64) throws(WorkflowError) -> Lease {
        if let outcome { throw .closed(outcome.state) }
        guard let lease, lease.epoch == epoch else {
            throw .staleLease(reported: epoch, current: self.epoch)
        }
        return lease
    }

    // MARK: Recording

    /// Appends an entry, and whatever follows from any entry of its kind: the worker that has the run in memory is told of
    /// what it did not report itself, and a run that only waited gets a worker when what it waited for happens.
    @discardableResult
    mutating func record(
        _ event: JournalEvent, number: UInt64 = 0, early: EarlyResolution? = nil, at now: Timestamp,
        _ decision: inout Decision
    ) -> JournalEntry {
        let entry = JournalEntry(
            sequence: lastSequence + 1, time: max(now, lastTime), record: number, event: event, early: early)
        if case .closed(let outcome) = event {
            endOperations(&decision)
            if let parent = start.parent { decision.effects.append(.tellParent(parent, outcome)) }
        }
        let wasIdle = isIdle
        apply(entry)
        decision.entries.append(entry)
        switch event {
        case .started, .assigned, .released, .blocked, .terminated, .closed:
            break
        default:
            if number == 0, let lease, !lease.worker.isPlain { decision.effects.append(.push(lease, entry)) }
            if wasIdle, !isIdle { decision.effects.append(.schedule) }
        }
        return entry
    }

    /// The run ends: its children are dealt with as their policies say, and its activities' workers are told.
    private func endOperations(_ decision: inout Decision) {
        for (key, operation) in pending {
            switch operation.kind {
            case .child(let child):
                if child.closePolicy != .abandon { decision.effects.append(.cancelChild(child.id)) }
            case .activity(let activity):
                guard let lease = activity.lease(of: key) else { continue }
                decision.effects.append(.freeActivity(lease))
                if activity.spec.cancellation == .abandon { continue }
                decision.effects.append(.revokeActivity(lease))
            case .timer, .signal, .step:
                break
            }
        }
    }
}
