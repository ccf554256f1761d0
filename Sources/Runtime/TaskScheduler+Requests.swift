extension WorkflowExecution {
    /// What the scheduler is asked when the run needs a worker.
    package var schedulingRequest: TaskScheduler.Request {
        TaskScheduler.Request(
            TaskSubject(workflow: id, incarnation: start.incarnation), .workflow(start.type),
            lastWorker: lastWorker?.id,
            needsReplay: needsReplay)
    }
}

extension ActivityProgress {
    /// What the scheduler is asked when an activity needs a worker.
    package func schedulingRequest(_ subject: TaskSubject) -> TaskScheduler.Request {
        TaskScheduler.Request(
            subject, .activity(spec.name, service: spec.service), avoidedWorker: failures > 0 ? lastWorker : nil)
    }
}
