import AetherRuntime

/// A run in a worker's memory: it does what its program says next, and reports that, one report at a time, until it is answered.
final class CoreRun {
    private let task: TaskID
    private unowned let worker: CoreWorker
    private var progress: CoreProgress
    /// What is not acknowledged, and the number of the first of it within the lease.
    private var records: [WorkerRecord] = []
    private var firstRecord: UInt64 = 1
    private var isReporting = false
    private var steps = 0
    /// The place in the journal where the run was last said to wait only.
    private var toldWaiting: UInt64 = 0
    private var isGivenBack = false
    var isDropped = false

    init(_ task: TaskID, _ start: WorkflowStart, _ journal: [JournalEntry], of worker: CoreWorker) {
        (self.task, self.worker) = (task, worker)
        progress = CoreProgress(task.workflow, start, journal: journal)
    }

    private var world: CoreWorld { worker.world }
    var seen: UInt64 { progress.seen }

    /// The server says that the journal has an entry.
    func learn(_ entry: JournalEntry) {
        progress.learn(entry.sequence, entry.event)
        goOn()
    }

    /// The server counts the run as one that works, until it is told again that it only waits.
    func isConnectedAgain() {
        toldWaiting = 0
        goOn()
    }

    func goOn() {
        guard !isDropped else { return }
        for act in progress.next() {
            switch act {
            case .record(let record): records.append(record)
            case .step(let key, let attempt): begin(key, attempt)
            }
        }
        if isReporting { return }
        if !records.isEmpty { return report() }
        guard steps == 0, toldWaiting < seen else { return }
        toldWaiting = seen
        // Else it would keep a credit that others wait for.
        if world.events.happens(30) { giveBack(waitingAt: seen) } else { report(waitingAt: seen) }
    }

    private func begin(_ key: OperationKey, _ attempt: UInt32) {
        steps += 1
        world.history.stepBegins(key, of: task.workflow, epoch: task.epoch)
        worker.after(world.events.draw(0...80)) { [self] in
            guard !isDropped else { return }
            steps -= 1
            if progress.awaits(key) { end(key, attempt) }
            goOn()
        }
    }

    private func end(_ key: OperationKey, _ attempt: UInt32) {
        guard world.events.happens(15) else {
            let result = Array("\(world.history.stepReturns())".utf8)
            return records.append(.stepCompleted(key: key, result: result))
        }
        let failure = Failure(message: "it fails", type: "Trouble")
        guard CoreWorld.retry.retries(after: attempt, failure) else {
            return records.append(.stepFailed(key: key, failure: failure))
        }
        records.append(.stepAttemptFailed(key: key, attempt: attempt, failure: failure, delayMilliseconds: 100))
        steps += 1
        worker.after(100) { [self] in
            guard !isDropped else { return }
            steps -= 1
            if progress.awaits(key) { begin(key, attempt + 1) } else { goOn() }
        }
    }

    // MARK: Reports

    func block(_ blockage: Blockage) {
        report(blockage: blockage)
    }

    /// The worker makes room.
    func giveBack(waitingAt: UInt64? = nil) {
        guard !isGivenBack else { return }
        isGivenBack = true
        if !isReporting { report(givesBack: true, waitingAt: waitingAt) }
    }

    private func report(givesBack: Bool = false, waitingAt: UInt64? = nil, blockage: Blockage? = nil) {
        isReporting = true
        let report = RunReport(
            task: "\(task)", firstRecord: records.isEmpty ? 0 : firstRecord, records: records, givesBack: givesBack,
            waitingAt: waitingAt, blockage: blockage)
        world.call(from: worker, { [task] server, answer in server.report(report, of: task, answer) }) {
            [self] result in
            guard !isDropped else { return }
            isReporting = false
            switch result {
            case .success(let places):
                acknowledge(report.records, places)
                if givesBack || blockage != nil || report.records.contains(where: \.isLast) { return worker.drop(task) }
                if isGivenBack { return self.report(givesBack: true) }
                goOn()
            case .failure(.unavailable):
                isReporting = true
                worker.after(world.events.draw(20...400)) { [self] in
                    guard !isDropped else { return }
                    self.report(givesBack: givesBack, waitingAt: waitingAt, blockage: blockage)
                }
            case .failure:
                worker.drop(task)
            }
        }
    }

    private func acknowledge(_ reported: [WorkerRecord], _ places: [RecordPlace]) {
        guard !reported.isEmpty else { return }
        records.removeFirst(reported.count)
        firstRecord += UInt64(reported.count)
        for (record, place) in zip(reported, places) {
            if let event = record.event(at: place.time) { progress.learn(place.sequence, event) }
        }
    }
}

extension WorkerRecord {
    /// Whether the run is no longer the worker's once this is taken.
    fileprivate var isLast: Bool {
        switch self {
        case .close, .continueAsNew: true
        default: false
        }
    }
}
