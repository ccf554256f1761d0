import AetherRuntime

/// Workers and their tasks.
extension CoreServer {
    // MARK: Streams

    /// A worker begins a stream.
    ///
    /// - Parameters:
    ///   - worker: which one.
    ///   - held: the tasks that it has in memory, and the last entry it has of each.
    /// - Returns: `nil` when the runs can't be read.
    func connect(_ worker: CoreWorker, held: [TaskID: UInt64]) -> CoreStream? {
        var claimed: [TaskID: UInt64] = [:]
        for (task, seen) in held {
            do {
                guard let execution = try load(task.workflow)?.execution else { continue }
                if execution.isLeased(task, to: worker.identity.id), seen <= execution.lastSequence {
                    claimed[task] = seen
                }
            } catch {
                if case .unavailable = error { return nil }
            }
        }
        let session = sessions[worker.identity.id] ?? CoreSession()
        sessions[worker.identity.id] = session
        if let old = session.stream { close(old, of: session) }
        session.graces += 1
        if session.process != worker.process {
            (session.process, session.generation) = (worker.process, world.nextNumber())
        }
        let lost = session.tasks.filter { claimed[$0] == nil }
        session.leases = [:]
        for task in claimed.keys { session.leases[task.subject] = CoreSession.Lease(epoch: task.epoch) }
        world.note("  \(worker.identity.id) connects with \(claimed.keys), without \(lost)")
        let stream = CoreStream(world.nextNumber(), to: worker, world)
        session.stream = stream
        end(lost, .notHeld)
        stream.send(.kept(Set(claimed.keys)))
        // What it has missed. What is in line is pushed when it is durable.
        for (task, seen) in claimed where task.activity == nil {
            for entry in world.disk.journals[task.workflow]?.dropFirst(Int(seen)) ?? [] {
                stream.send(.push(task, entry))
            }
        }
        let occupied = session.leases.count + session.reserved.values.reduce(0, +)
        give(
            scheduler.connect(
                stream.connection, worker: worker.identity, generation: session.generation, offers: worker.offers,
                capacity: worker.capacity, held: occupied))
        return stream
    }

    /// A stream is over, as far as the server knows.
    func endStream(_ stream: CoreStream, of worker: String) {
        guard let session = sessions[worker], session.stream === stream else { return }
        close(stream, of: session)
        beginGrace(worker, session)
    }

    private func close(_ stream: CoreStream, of session: CoreSession) {
        stream.close()
        session.stream = nil
        scheduler.disconnect(stream.connection)
    }

    private func beginGrace(_ worker: String, _ session: CoreSession) {
        session.graces += 1
        let grace = session.graces
        after(5_000) { [self] in
            guard session.graces == grace, session.stream == nil else { return }
            sessions[worker] = nil
            end(session.tasks, .workerGone)
        }
    }

    private func end(_ tasks: [TaskID], _ reason: LeaseEnd) {
        // One that is not in memory finds out when it is read.
        for task in tasks.sorted(by: { $0.workflow < $1.workflow }) where runs[task.workflow] != nil {
            if let key = task.activity {
                submit(.completeActivity(key, attempt: UInt32(task.epoch), .workerGone), to: task.workflow)
            } else {
                submit(.loseLease(epoch: task.epoch, reason), to: task.workflow)
            }
        }
    }

    /// A worker has a task, says the journal: it keeps it for the grace period.
    ///
    /// - Returns: `false` when the worker is there, and does not have it.
    func adopt(_ task: TaskID, by worker: String) -> Bool {
        let session = sessions[worker] ?? CoreSession()
        if sessions[worker] == nil {
            sessions[worker] = session
            beginGrace(worker, session)
        }
        if session.leases[task.subject]?.epoch == task.epoch { return true }
        guard session.process == nil else { return false }
        session.leases[task.subject] = CoreSession.Lease(epoch: task.epoch)
        return true
    }

    // MARK: Tasks

    func enqueue(_ request: TaskScheduler.Request) {
        if let assignment = scheduler.enqueue(request) { give([assignment]) }
    }

    /// Leases tasks to the workers that the scheduler chose.
    private func give(_ assignments: [TaskScheduler.Assignment]) {
        for assignment in assignments {
            var request = assignment.request
            let subject = request.subject
            guard let session = sessions[assignment.worker.id], session.stream?.connection == assignment.session else {
                scheduler.disconnect(assignment.session)
                enqueue(request)
                continue
            }
            world.note("  \(subject.workflow) \(subject.activity?.rawValue ?? "") goes to \(assignment.worker.id)")
            session.reserved[subject, default: 0] += 1
            let event: WorkflowEvent =
                subject.activity.map { .assignActivity($0, worker: assignment.worker.id) } ?? .assign(assignment.worker)
            guard runs[subject.workflow] != nil else {
                takeBack(subject, from: assignment.worker.id)
                continue
            }
            submit(event, to: subject.workflow) { [self] result in
                guard case .failure(.refused(let error)) = result else { return }
                takeBack(subject, from: assignment.worker.id)
                guard case .cannotReplay = error else { return }
                request.needsReplay = true
                enqueue(request)
            }
            if subject.activity == nil { runs[subject.workflow]?.generation = assignment.generation }
        }
    }

    /// A task will not be sent.
    func takeBack(_ subject: TaskSubject, from worker: String) {
        guard let session = sessions[worker], session.takeReservation(of: subject) else { return }
        release(session, 1)
    }

    private func release(_ session: CoreSession, _ count: Int) {
        guard let stream = session.stream else { return }
        give(scheduler.release(stream.connection, count: count))
    }

    func dispatch(_ task: TaskID, _ message: CoreMessageToWorker, to worker: String) {
        guard let session = sessions[worker], session.takeReservation(of: task.subject), let stream = session.stream
        else {
            // The stream went while the task was being committed: nobody has it.
            guard let key = task.activity else {
                return submit(.loseLease(epoch: task.epoch, .workerGone), to: task.workflow)
            }
            return submit(.completeActivity(key, attempt: UInt32(task.epoch), .notDelivered), to: task.workflow)
        }
        session.leases[task.subject] = CoreSession.Lease(epoch: task.epoch)
        stream.send(message)
    }

    func push(_ entry: JournalEntry, to task: TaskID, _ worker: String) {
        guard let session = sessions[worker], let stream = session.stream else { return }
        if session.leases[task.subject]?.isResting == true {
            session.leases[task.subject]?.isResting = false
            scheduler.occupy(stream.connection, count: 1)
        }
        stream.send(.push(task, entry))
    }

    func free(_ task: TaskID, _ worker: String) {
        guard let session = sessions[worker], let lease = session.leases[task.subject], lease.epoch == task.epoch else {
            return
        }
        world.note("  \(task) leaves \(worker)")
        session.leases[task.subject] = nil
        if !lease.isResting { release(session, 1) }
    }

    func rest(_ task: TaskID, _ worker: String) {
        guard let session = sessions[worker], let lease = session.leases[task.subject], lease.epoch == task.epoch,
            !lease.isResting
        else { return }
        session.leases[task.subject]?.isResting = true
        release(session, 1)
    }

    // MARK: Reports

    /// What a worker says of a run. A gap in what it reports is nobody's fault but the core's or this simulation's.
    func report(_ report: RunReport, of task: TaskID, _ answer: @escaping Answer) {
        let advance = WorkflowEvent.advance(epoch: task.epoch, firstRecord: report.firstRecord, records: report.records)
        let answered: Answer = { [self] result in
            switch result {
            case .success(let places):
                world.history.acknowledge(
                    AdvanceRequest(workerID: "", reports: [report]),
                    AdvanceResponse(answers: [AdvanceResponse.Answer(task: report.task, .applied(places))]))
            case .failure(.refused(.recordGap(let expected, let found))):
                world.fail("\(task): record \(found) is reported, and \(expected) was expected")
            case .failure:
                break
            }
            answer(result)
        }
        switch (report.blockage, report.givesBack, report.waitingAt) {
        case (let blockage?, _, _):
            submit(advance, .block(epoch: task.epoch, blockage), to: task.workflow, answered)
        case (nil, true, let seen?):
            submit(advance, .evict(epoch: task.epoch, seen: seen), to: task.workflow, answered)
        case (nil, true, nil):
            submit(advance, .loseLease(epoch: task.epoch, .returned), to: task.workflow, answered)
        case (nil, false, let seen?):
            submit(advance, .rest(epoch: task.epoch, seen: seen), to: task.workflow, answered)
        case (nil, false, nil):
            submit(advance, to: task.workflow, answered)
        }
    }

    /// A plain worker says how a run ended.
    func end(_ task: TaskID, as outcome: WorkflowOutcome, _ answer: @escaping Answer) {
        submit(.complete(epoch: task.epoch, outcome), to: task.workflow, answer)
    }

    /// A worker says how an attempt ended.
    func end(_ task: TaskID, as result: ActivityResult, _ answer: @escaping Answer) {
        guard let key = task.activity else { return }
        submit(.completeActivity(key, attempt: UInt32(task.epoch), result), to: task.workflow) { [self] result in
            if case .success = result { world.history.acknowledgeActivity("\(task)") }
            answer(result)
        }
    }

    func heartbeat(_ task: TaskID) {
        guard let key = task.activity else { return }
        runs[task.workflow]?.heartbeats[key] = ActivityHeartbeat(time: now, details: nil)
    }
}
