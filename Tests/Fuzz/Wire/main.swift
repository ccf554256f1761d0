import AetherRuntime
import Driver

let id = WorkflowID(rawValue: "run")

/// A run that a worker has, and its journal.
let (leased, journal): (WorkflowExecution, [JournalEntry]) = {
    let start = WorkflowStart(type: "type", input: [], tier: .stateActionLog, seed: 1)
    var (run, decision) = WorkflowExecution.create(id: id, start: start, at: Timestamp(rawValue: 1))
    var entries = decision.entries
    let events: [WorkflowEvent] = [
        .assign(WorkerIdentity(id: "worker", isPlain: false)), .signal(Signal(id: "1", name: "go", payload: [])),
    ]
    for event in events {
        guard let decision = try? run.handle(event, at: Timestamp(rawValue: 2)) else {
            preconditionFailure("a run that was just created refuses \(event)")
        }
        entries += decision.entries
    }
    return (run, entries)
}()

func handle(_ event: WorkflowEvent, _ run: inout WorkflowExecution, _ entries: inout [JournalEntry]) {
    guard let decision = try? run.handle(event, at: Timestamp(rawValue: 3)) else { return }
    entries = decision.beginsAnew ? decision.entries : entries + decision.entries
}

/// Whatever a worker reports is applied or refused; what is applied can be stored, and the run rebuilt from it.
func checkReports(_ request: AdvanceRequest) {
    var (run, entries) = (leased, journal)
    for report in request.reports {
        if let task = TaskID(report.task) {
            precondition(TaskID(task.description) == task, "\(task) is read as \(TaskID(task.description) as Any)")
        }
        var events: [WorkflowEvent] = [
            .advance(epoch: run.epoch, firstRecord: report.firstRecord, records: report.records), .wake,
        ]
        if let seen = report.waitingAt { events.append(.rest(epoch: run.epoch, seen: seen)) }
        if let blockage = report.blockage { events.append(.block(epoch: run.epoch, blockage)) }
        if report.givesBack { events.append(.evict(epoch: run.epoch, seen: report.waitingAt ?? 0)) }
        for event in events { handle(event, &run, &entries) }
        // What the worker scheduled is tried, and fails.
        for key in run.pending.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            handle(.assignActivity(key, worker: "worker"), &run, &entries)
            handle(.completeActivity(key, attempt: 1, .failed(Failure(message: ""))), &run, &entries)
        }
        let stored = entries.compactMap { try? JournalEntry(encoded: $0.encoded()) }
        let replayed = try? WorkflowExecution.replay(id: id, stored)
        // Numbers that are none are not equal to themselves.
        precondition(replayed == run || "\(run)".contains("nan"), "\(run) is rebuilt as \(replayed as Any)")
    }
}

fuzz { input in
    if let request = try? AdvanceRequest(encoded: input) {
        let again = try? AdvanceRequest(encoded: request.encoded())
        precondition(again == request || "\(request)".contains("nan"), "\(request) is read as \(again as Any)")
        checkReports(request)
    }
    if let response = try? AdvanceResponse(encoded: input) {
        let again = try? AdvanceResponse(encoded: response.encoded())
        precondition(again == response, "\(response) is read as \(again as Any)")
    }
}
