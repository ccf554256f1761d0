package import AetherRuntime

/// Tasks as workers name them. A worker may outlive the database that its task was given out from: when that is put back to a
/// backup, epochs and attempts are counted again that were given out before.
extension Engine {
    /// A task as it is given to a worker.
    package func text(of task: TaskID) -> String {
        var task = task
        task.incarnation = incarnation
        return task.description
    }

    /// The task that a worker names; `nil` when the text names none. One of another incarnation of the database has epoch 0,
    /// which no lease has: whatever is reported under it is refused as stale.
    func task(_ text: String) -> TaskID? {
        guard var task = TaskID(text) else { return nil }
        if task.incarnation != incarnation { task.epoch = 0 }
        task.incarnation = 0
        return task
    }
}
