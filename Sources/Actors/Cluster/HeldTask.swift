/// A task that a worker has in memory.
package struct HeldTask: Sendable {
    package var worker: String
    /// As the worker names it.
    package var task: String
    /// The last entry of the run's journal that was sent to it.
    package var seen: UInt64

    package init(worker: String, task: String, seen: UInt64) {
        self.worker = worker
        self.task = task
        self.seen = seen
    }
}
