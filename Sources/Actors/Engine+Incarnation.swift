package import AetherRuntime

/// Tasks as workers name them. A worker may outlive what its task was given out from: a database that is put back to a backup, or a
/// server's memory, of which a run comes back when its parent starts it again. Epochs and attempts are then counted again that
/// were given out before.
extension Engine {
    /// How a run begins at a tier.
    func start(
        _ type: String, _ input: [UInt8], at tier: PersistenceTier, seed: UInt64, parent: ParentLink? = nil
    ) -> WorkflowStart {
        var start = WorkflowStart(type: type, input: input, tier: tier, seed: seed, parent: parent)
        if tier == .memory { start.incarnation = memoryIncarnation }
        return start
    }

    /// A task as it is given to a worker.
    package func text(of task: TaskID) -> String {
        var task = task
        if task.incarnation == 0 { task.incarnation = incarnation }
        return task.description
    }

    /// The task that a worker names; `nil` when the text names none. One of another incarnation has epoch 0, which no lease has:
    /// whatever is reported under it is refused as stale.
    func task(_ text: String) -> TaskID? {
        guard var task = TaskID(text) else { return nil }
        if task.incarnation == memoryIncarnation { return task }
        if task.incarnation != incarnation { task.epoch = 0 }
        task.incarnation = 0
        return task
    }
}
