internal import AetherRuntime

/// Why a run is where it is, in one sentence.
extension Engine {
    func reason(_ execution: WorkflowExecution, currentStep: String) async -> String {
        guard execution.outcome == nil else { return "" }
        let cancelled = execution.isCancelRequested ? "cancel requested; " : ""
        guard let lease = execution.lease else {
            guard execution.isIdle else { return cancelled + (await waitReason(execution)) }
            return cancelled + (await pendingReason(execution) ?? "it waits for nothing")
        }
        let worker = lease.worker.id
        guard await sessions.session(of: worker)?.isConnected == true else {
            let grace = configuration.workerGrace.formatted
            let disconnected = "worker \(worker) is disconnected"
            return cancelled + disconnected + "; unless it is back within \(grace), another one goes on"
        }
        if currentStep.isEmpty, let reason = await pendingReason(execution) { return cancelled + reason }
        let step = currentStep.isEmpty ? "" : " step \"\(currentStep)\""
        return cancelled + "running\(step) on worker \(worker)"
    }

    private func waitReason(_ execution: WorkflowExecution) async -> String {
        let type = execution.start.type
        if let blockage = execution.blockage {
            return "blocked: \(blockage); start a worker whose code fits, or tell the change with context.version"
        }
        switch await scheduler.wait(for: .workflow(type), needsReplay: execution.needsReplay) {
        case .noWorkerOffersIt:
            return "no connected worker offers the workflow type \"\(type)\"; start one that registers it"
        case .onlyPlainWorkersOfferIt:
            return "it has recorded steps, and only workers without a journal offer \"\(type)\"; start one with an SDK"
        case .allBusy(let workers):
            return "all \(workers) workers that offer \"\(type)\" are busy"
        case .nothing:
            return "about to be assigned to a worker"
        }
    }

    /// What the run waits for: the operation that began first, and how many others. `nil` when there is none.
    private func pendingReason(_ execution: WorkflowExecution) async -> String? {
        let pending = execution.pending.filter { !$0.value.isCancelled }
        guard let (key, operation) = pending.min(by: { $0.value.sequence < $1.value.sequence }) else { return nil }
        let others = pending.count > 1 ? ", and \(pending.count - 1) more" : ""
        return await reason(key, operation.kind) + others
    }

    private func reason(_ key: OperationKey, _ kind: PendingOperation.Kind) async -> String {
        switch kind {
        case .timer(let fireAt):
            return "waiting for its timer, due at \(fireAt.iso8601)"
        case .child(let child):
            return "waiting for its child \(child.id) of type \"\(child.type)\""
        case .signal(let name, let deadline):
            return "waiting for signal \"\(name)\"" + (deadline.map { " until \($0.iso8601)" } ?? "")
        case .step(let attempt, let failure, let retryAt):
            return "step \"\(key.name)\" failed \(attempt) times, last with \"\(failure.message)\"; next attempt at "
                + retryAt.iso8601
        case .activity(let activity):
            return await reason(activity)
        }
    }

    private func reason(_ activity: ActivityProgress) async -> String {
        let name = "activity \"\(activity.spec.name)\""
        let last = activity.lastFailure.map { "; the attempt before failed with \"\($0.message)\"" } ?? ""
        switch activity.phase {
        case .running(let worker, let since):
            return "waiting for \(name), attempt \(activity.attempt) on worker \(worker) since \(since.iso8601)" + last
        case .waiting(let from) where from > clock.now():
            return "\(name) failed \(activity.failures) times, next attempt at \(from.iso8601)" + last
        case .waiting:
            let resource = TaskResource.activity(activity.spec.name, service: activity.spec.service)
            switch await scheduler.wait(for: resource, needsReplay: false) {
            case .noWorkerOffersIt, .onlyPlainWorkersOfferIt:
                let service = activity.spec.service.isEmpty ? "" : " of service \"\(activity.spec.service)\""
                return "no connected worker\(service) offers \(name); start one that registers it" + last
            case .allBusy(let workers):
                return "all \(workers) workers that offer \(name) are busy" + last
            case .nothing:
                return "\(name) is about to be given to a worker" + last
            }
        }
    }
}

extension Duration {
    /// The duration for people, such as `5 s` or `300 ms`.
    fileprivate var formatted: String {
        let (seconds, attoseconds) = components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(seconds) s" : "\(milliseconds) ms"
    }
}
