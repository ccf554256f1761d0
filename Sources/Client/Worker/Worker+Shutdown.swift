internal import AetherRuntime

extension Worker {
    /// How many runs one call gives back.
    private static let runsPerCall = 1000
    private static let callLimit = Duration.seconds(2)

    /// Lets steps and activities under way end, and gives the tasks back: the server can assign them at once.
    func giveBack() async {
        table.close()
        let runs = table.runs
        for run in runs { run.drain() }
        let deadline = surroundings.clock.instant() + configuration.shutdownGrace
        for run in runs {
            await run.untilQuiet(before: deadline)
        }
        await endActivities(before: deadline)
        let rest = runs.filter { !$0.hasEnded }.map { run in
            RunReport(task: run.taskID, firstRecord: 1, records: [], givesBack: true, waitingAt: run.waitingPlace)
        }
        for run in runs { table.remove(run) }
        for start in stride(from: 0, to: rest.count, by: Self.runsPerCall) {
            let reports = Array(rest[start..<min(start + Self.runsPerCall, rest.count)])
            let request = AdvanceRequest(workerID: workerID, reports: reports)
            // Should it not get through, the server gives the runs to others after the grace period.
            guard (try? await calls.advance(request, timeout: Self.callLimit)) != nil else { return }
        }
    }

    private func endActivities(before deadline: ContinuousClock.Instant) async {
        while !table.activities.isEmpty, surroundings.clock.instant() < deadline {
            guard (try? await surroundings.clock.pause(.milliseconds(5))) != nil else { break }
        }
        let failure = Failure(message: "worker \(workerID) shut down", type: "WorkerGone")
        await withDiscardingTaskGroup { group in
            for activity in table.activities {
                group.addTask { await activity.giveUp(failure) }
            }
        }
    }
}
