internal import AetherRuntime
internal import Synchronization

/// The tasks that this worker has, runs and attempts at activities: who of them may work, and which runs have to go when
/// there are too many.
///
/// As many work at once as there are places. A run that only waits for the server has none; when it is woken, or a task
/// arrives, and all are taken, it waits for one, first come, first served.
final class TaskTable: Sendable {
    private enum Claimant {
        case run(Run)
        case activity(ActivityTask)
    }

    private struct State {
        var runs: [WorkflowID: Run] = [:]
        var idle = IdleRuns()
        /// Runs that are being given back to make room.
        var leaving: Set<WorkflowID> = []
        var activities: [String: ActivityTask] = [:]
        var places: Places<Claimant>
    }

    private let maximumRuns: Int
    private let state: Mutex<State>
    /// The runs whose function is to be called.
    let beginnings: AsyncStream<Run>
    private let begin: AsyncStream<Run>.Continuation

    /// - Parameters:
    ///   - places: how many tasks work at once; at least 1.
    ///   - maximumRuns: how many runs are kept in memory, unless more than that have something to do.
    init(places: Int, maximumRuns: Int) {
        self.maximumRuns = maximumRuns
        state = Mutex(State(places: Places(limit: places)))
        (beginnings, begin) = AsyncStream.makeStream(of: Run.self)
    }

    var runs: [Run] { state.withLock { Array($0.runs.values) } }
    var activities: [ActivityTask] { state.withLock { Array($0.activities.values) } }

    // MARK: Runs

    /// A run has arrived. One of the same id, of a lease that is over, goes.
    func add(_ run: Run) {
        let former = state.withLock { state in
            state.leaving.remove(run.task.workflow)
            return state.runs.updateValue(run, forKey: run.task.workflow)
        }
        if let former { end(former) }
        claim(.run(run))
        makeRoom()
    }

    /// The server made entries in a run; or, without any, asks for a task.
    ///
    /// - Returns: whether it is this worker's.
    func deliver(_ entries: [JournalEntry], to task: String, of workflow: WorkflowID) -> Bool {
        guard let run = run(task, of: workflow) else { return state.withLock { $0.activities[task] != nil } }
        if entries.isEmpty { return true }
        switch run.deliver(entries) {
        case .nothing:
            break
        case .wake:
            run.executor.wake()
        case .findPlace:
            state.withLock { $0.idle.remove(workflow) }
            claim(.run(run))
        }
        return true
    }

    /// A run only waits: its place is free.
    func rested(_ run: Run) {
        state.withLock { $0.idle.insert(run.task.workflow) }
        freePlace()
        makeRoom()
    }

    /// A run has ended, or is no longer this worker's.
    func remove(_ run: Run) {
        state.withLock { state in
            guard state.runs[run.task.workflow] === run else { return }
            state.runs[run.task.workflow] = nil
            state.leaving.remove(run.task.workflow)
            state.idle.remove(run.task.workflow)
        }
        end(run)
    }

    private func run(_ task: String, of workflow: WorkflowID) -> Run? {
        let run = state.withLock { $0.runs[workflow] }
        return run?.taskID == task ? run : nil
    }

    private func end(_ run: Run) {
        run.drop()
        if run.vacate() { freePlace() }
    }

    /// Gives runs back that have waited longest, as long as there are too many.
    private func makeRoom() {
        let evicted = state.withLock { state in
            var evicted: [Run] = []
            while state.runs.count - state.leaving.count > maximumRuns, let id = state.idle.popLongest() {
                guard let run = state.runs[id], run.evict() else { continue }
                state.leaving.insert(id)
                evicted.append(run)
            }
            return evicted
        }
        for run in evicted { run.reporter.report(run) }
    }

    // MARK: Activities

    /// An attempt at an activity has arrived.
    func add(_ activity: ActivityTask) {
        let isNew = state.withLock { state in
            guard state.activities[activity.taskID] == nil else { return false }
            state.activities[activity.taskID] = activity
            return true
        }
        if isNew { claim(.activity(activity)) }
    }

    /// An attempt has ended and is answered, or is no longer this worker's.
    private func remove(_ activity: ActivityTask) {
        state.withLock { state in
            if state.activities[activity.taskID] === activity { state.activities[activity.taskID] = nil }
        }
    }

    private func lose(_ activity: ActivityTask) {
        remove(activity)
        if activity.lose() { freePlace() }
    }

    // MARK: Leases

    /// The server ended a lease.
    func revoke(_ task: String, of workflow: WorkflowID) {
        if let run = run(task, of: workflow) { remove(run) }
        if let activity = state.withLock({ $0.activities[task] }) { lose(activity) }
    }

    /// The tasks in memory, as they are told to a server: answers that are still under way then come too late.
    func takeHeld() -> [(task: String, place: RunState.Place)] {
        let (runs, activities) = state.withLock { (Array($0.runs.values), Array($0.activities.keys)) }
        return runs.map { ($0.taskID, $0.takePlace()) }
            + activities.map { ($0, RunState.Place(sequence: 0, record: 0)) }
    }

    /// The server has answered which tasks are still this worker's: the others go.
    func keep(_ kept: Set<String>, of held: Set<String>) {
        let lost = held.subtracting(kept)
        for run in runs where lost.contains(run.taskID) { remove(run) }
        for activity in activities where lost.contains(activity.taskID) { lose(activity) }
    }

    /// The server may have forgotten which runs only wait, and is told again.
    func tellWaitingAgain() {
        for run in runs where run.tellWaitingAgain() { run.reporter.report(run) }
    }

    // MARK: Places

    /// Nothing begins or is woken any more.
    func close() {
        state.withLock { $0.places.close() }
    }

    /// Lets ``beginnings`` end.
    func finish() {
        begin.finish()
    }

    private func claim(_ claimant: Claimant) {
        guard state.withLock({ $0.places.claim(claimant) }), !occupy(claimant) else { return }
        freePlace()
    }

    private func freePlace() {
        while let next = state.withLock({ $0.places.free() }) {
            if occupy(next) { return }
        }
    }

    /// - Returns: whether the claimant has use for its place.
    private func occupy(_ claimant: Claimant) -> Bool {
        switch claimant {
        case .run(let run):
            switch run.occupy() {
            case .begin: begin.yield(run)
            case .goOn: run.executor.wake()
            case .nothing: return false
            }
            return true
        case .activity(let activity):
            return activity.begin { [weak self] activity in
                self?.remove(activity)
                self?.freePlace()
            }
        }
    }
}
