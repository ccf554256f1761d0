extension WorkflowExecution {
    /// Decides what follows from an event, and moves to the state that the decision's entries describe.
    ///
    /// | event | pending | running, leased | running, no lease | closed |
    /// |---|---|---|---|---|
    /// | assign | leased | refused | leased | refused |
    /// | advance, complete | refused | by epoch: applied, or refused as stale | refused | refused |
    /// | loseLease | nothing | by epoch: no lease, scheduled again | nothing | nothing |
    /// | cancel | cancelled | requested; a plain worker's run is cancelled | as with a lease of the last worker | refused |
    ///
    /// A request to cancel is for code that can replay and clean up: a run that only plain workers had, and of which
    /// nothing is recorded, ends at once.
    ///
    /// - Throws: ``WorkflowError``; the state is then unchanged.
    package mutating func handle(_ event: WorkflowEvent, at now: Timestamp) throws(WorkflowError) -> Decision {
        switch event {
        case .assign(let worker): try assign(worker, at: now)
        case .advance(let epoch, let first, let records): try advance(epoch, first, records, at: now)
        case .complete(let epoch, let outcome): try complete(epoch, outcome, at: now)
        case .loseLease(let epoch, let reason): loseLease(epoch, reason, at: now)
        case .cancel: try cancel(at: now)
        }
    }

    private mutating func assign(_ worker: WorkerIdentity, at now: Timestamp) throws(WorkflowError) -> Decision {
        if let outcome { throw .closed(outcome.state) }
        if let lease { throw .alreadyAssigned(epoch: lease.epoch) }
        if worker.isPlain, needsReplay { throw .cannotReplay(worker: worker.id) }
        let entry = record(.assigned(worker: worker, epoch: epoch + 1), at: now)
        return Decision(entries: [entry], effects: [.dispatch(Lease(worker: worker, epoch: epoch))])
    }

    private mutating func advance(
        _ epoch: UInt64, _ firstRecord: UInt64, _ records: [WorkerRecord], at now: Timestamp
    ) throws(WorkflowError) -> Decision {
        let lease = try currentLease(epoch)
        guard firstRecord <= lease.applied + 1, firstRecord > 0 || records.isEmpty else {
            throw .recordGap(expected: lease.applied + 1, found: firstRecord)
        }
        var decision = Decision()
        decision.acknowledged.reserveCapacity(records.count)
        decision.entries.reserveCapacity(records.count)
        for (number, worked) in zip(firstRecord..., records) {
            if let key = worked.key, let recorded = outcomes[key] {
                decision.acknowledged.append(recorded)
                continue
            }
            guard number > lease.applied, outcome == nil else {
                decision.acknowledged.append(lastSequence)
                continue
            }
            let entry = record(worked.event, number: number, at: now)
            decision.entries.append(entry)
            decision.acknowledged.append(entry.sequence)
            if case .close(let outcome) = worked {
                decision.effects = [.free(lease), .publish(outcome)]
            }
        }
        return decision
    }

    private mutating func complete(
        _ epoch: UInt64, _ outcome: WorkflowOutcome, at now: Timestamp
    ) throws(WorkflowError) -> Decision {
        let lease = try currentLease(epoch)
        let entry = record(.closed(outcome), at: now)
        return Decision(entries: [entry], effects: [.free(lease), .publish(outcome)])
    }

    private mutating func loseLease(_ epoch: UInt64, _ reason: LeaseEnd, at now: Timestamp) -> Decision {
        guard let lease, lease.epoch == epoch else { return Decision() }
        let entry = record(.released(epoch: epoch, reason: reason), at: now)
        return Decision(entries: [entry], effects: [.free(lease), .revoke(lease), .schedule])
    }

    private mutating func cancel(at now: Timestamp) throws(WorkflowError) -> Decision {
        if let outcome { throw .closed(outcome.state) }
        if startedAt == nil {
            return Decision(entries: [record(.closed(.cancelled), at: now)], effects: [.publish(.cancelled)])
        }
        if let lease, lease.worker.isPlain {
            let entries = [
                record(.released(epoch: lease.epoch, reason: .cancelled), at: now),
                record(.closed(.cancelled), at: now),
            ]
            return Decision(entries: entries, effects: [.free(lease), .revoke(lease), .publish(.cancelled)])
        }
        if lease == nil, !needsReplay, lastWorker?.isPlain == true {
            return Decision(entries: [record(.closed(.cancelled), at: now)], effects: [.publish(.cancelled)])
        }
        if isCancelRequested { return Decision() }
        let entry = record(.cancelRequested, at: now)
        return Decision(entries: [entry], effects: lease.map { [.push($0, entry)] } ?? [])
    }

    private func currentLease(_ epoch: UInt64) throws(WorkflowError) -> Lease {
        if let outcome { throw .closed(outcome.state) }
        guard let lease, lease.epoch == epoch else {
            throw .staleLease(reported: epoch, current: self.epoch)
        }
        return lease
    }

    private mutating func record(_ event: JournalEvent, number: UInt64 = 0, at now: Timestamp) -> JournalEntry {
        let time = max(now, lastTime)
        let entry = JournalEntry(sequence: lastSequence + 1, time: time, record: number, event: event)
        apply(entry)
        return entry
    }
}
