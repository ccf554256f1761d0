internal import AetherProtocol
internal import AetherRuntime
internal import Logging

extension Worker {
    /// Takes one message of the stream.
    func take(_ task: Aether_V1_Task) {
        switch task.kind {
        case .assign:
            if task.isActivity { beginActivity(task) } else { arrive(task) }
        case .push:
            guard let entries = entries(of: task) else { return }
            if !table.deliver(entries, to: task.taskID, of: WorkflowID(rawValue: task.workflowID)) {
                reporter.disown(task.taskID)
            }
        case .revoke:
            table.revoke(task.taskID, of: WorkflowID(rawValue: task.workflowID))
        case .UNRECOGNIZED:
            logger.warning("a task of unknown kind was passed over", metadata: [LogKey.task: "\(task.taskID)"])
        }
    }

    private func entries(of task: Aether_V1_Task) -> [JournalEntry]? {
        do throws(JournalCodingError) {
            return try task.journal.map { (wire) throws(JournalCodingError) in try JournalEntry(wire) }
        } catch {
            logger.error(
                "a task can't be read; is the server newer than this worker?",
                metadata: [LogKey.task: "\(task.taskID)", LogKey.error: "\(error)"])
            return nil
        }
    }

    private func arrive(_ task: Aether_V1_Task) {
        guard let entries = entries(of: task), let complete = assemble(task, entries), let id = TaskID(task.taskID)
        else { return }
        table.add(
            Run(
                task: id, type: complete.first.workflowType, input: Array(complete.first.input),
                journal: complete.journal, stepsAhead: Int(complete.first.stepsAhead), trace: complete.first.trace,
                reporter: reporter, logger: logger, surroundings: surroundings))
    }

    private func beginActivity(_ task: Aether_V1_Task) {
        let assignment = ActivityAssignment(
            taskID: task.taskID, name: task.targetResource, workflowID: task.workflowID,
            attempt: max(1, Int(clamping: task.attempt)), idempotencyKey: task.idempotencyKey,
            input: Array(task.input), lastDetails: Array(task.heartbeatDetails),
            heartbeatMilliseconds: task.activity.heartbeatMilliseconds, trace: task.trace)
        table.add(
            ActivityTask(
                assignment, activities[assignment.name], reporting: activityReporter, logger: logger,
                surroundings: surroundings))
    }
}

extension Aether_V1_Task {
    fileprivate var trace: TraceCarrier { TraceCarrier(traceparent: traceparent, tracestate: tracestate) }

    /// Parts of a run's journal after the first don't say what they are of.
    fileprivate var isActivity: Bool {
        resourceType == .activity || (resourceType == .step && TaskID(taskID)?.activity != nil)
    }
}
