internal import AetherRuntime
internal import AetherStorage
internal import Logging

/// Runs whose time has come.
extension Engine {
    /// Wakes what is due: the runs in memory, and the passive ones, which are read.
    func wake(_ due: TimerActor.Due) async {
        let now = clock.now()
        for id in due.active {
            // A run that refuses has ended or been discarded.
            _ = try? await registry.active(id)?.handle(.wake, at: now)
        }
        if due.passive {
            for lane in lanes.values { await wakePassive(in: lane) }
        }
    }

    /// Wakes the passive runs that are due, and asks to be woken for the next.
    func wakePassive(in lane: Lane) async {
        do {
            while !isStopping {
                let page = try await lane.store.dueWorkflows(before: clock.now(), limit: configuration.recoveryPageSize)
                var last: (workflow: WorkflowActor, ticket: WorkflowActor.Ticket)?
                for id in page {
                    guard case .active(let workflow) = try await lookup(id) else { continue }
                    // One that goes on waiting is written down with its next deadline: it must not be found again.
                    if let ticket = try await workflow.wakeFromPassivity(at: clock.now()) { last = (workflow, ticket) }
                }
                if let last { try await waitUntilDurable(last.workflow, last.ticket) }
                if page.count < configuration.recoveryPageSize { break }
            }
            if let next = try await lane.store.nextWake() { await timers.setPassive(next) }
        } catch {
            logger.error("runs that are due can't be read", metadata: [LogKey.error: "\(error)"])
            await timers.setPassive(clock.now().advanced(by: configuration.writeRetryInterval.wholeMilliseconds))
        }
    }
}
