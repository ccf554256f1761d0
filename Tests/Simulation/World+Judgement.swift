import Aether
import AetherRuntime
import AetherStorage

extension World {
    /// Looks, once everything has ended, at what is left.
    func judge() async {
        if settings.hasFaults, settings.workflows >= 5, history.acknowledged == 0 {
            fail("nothing was acknowledged while faults went on")
        }
        for (id, run) in history.runs.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            // A child that outlives its parent, or whose parent was in memory only, may still be open.
            guard let outcome = run.outcome else { continue }
            do {
                let replayed = try WorkflowExecution.replay(id: id, run.entries)
                if replayed.outcome != outcome { fail("\(id): replayed, it ends as \(replayed.outcome as Any)") }
                let stored = run.isVolatile ? run.summary : try await disk.memory.summary(of: id)
                if stored?.state != replayed.state {
                    fail("\(id): stored as \(stored?.state as Any), is \(replayed.state)")
                }
                await replay(id, run, outcome)
            } catch {
                fail("\(id): \(error)")
            }
            if violation != nil { return }
        }
        guard !settings.hasFaults else { return }
        for (step, count) in history.executions.sorted(by: { $0.key < $1.key }) where count > 4 {
            return fail("\(step) ran \(count) times, and nothing went wrong")
        }
    }

    /// Has today's code replay the journal: it must come to the same end.
    private func replay(_ id: WorkflowID, _ run: History.Run, _ outcome: WorkflowOutcome) async {
        guard case .closed? = run.entries.last?.event, run.entries.last?.record != 0,
            case .started(let start)? = run.entries.first?.event
        else { return }
        let client = AetherClient(workerID: "judge")
        let workflow = ProgramRunner(world: self, client: client).workflow(start.type)
        let machine = Machine("judge")
        let end = await Replay.run(workflow, run.entries.dropLast(), id: id, on: machine) {
            await scheduler.untilIdle()
        }
        if end != .closed(outcome) { fail("\(id): recorded \(outcome), and replays to \(end)") }
    }
}
