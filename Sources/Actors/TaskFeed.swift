internal import Synchronization

/// The tasks of one `PollTasks` stream. Bounded by the credits the worker gave.
package final class TaskFeed: Sendable {
    /// Why the engine ended a feed.
    package enum End: Sendable {
        /// A newer stream of the same worker took its place.
        case replaced
        /// The engine stops.
        case stopping
        /// The worker is gone, or took the call back.
        case cancelled
    }

    private let messages = BatchQueue<TaskMessage>()
    private let ending = Mutex<End?>(nil)

    init() {}

    /// Why the feed ended, when the engine ended it.
    package var end: End? { ending.withLock { $0 } }

    /// What is to be sent next; waits for it.
    ///
    /// - Returns: `nil` when the engine ended the feed, or the calling task is cancelled.
    package func next() async -> [TaskMessage]? {
        await messages.take()
    }

    /// The stream is gone: nobody can be sent anything any more.
    package func cancel() {
        end(.cancelled)
    }

    func put(_ new: [TaskMessage]) {
        messages.put(contentsOf: new)
    }

    func end(_ reason: End) {
        ending.withLock { $0 = $0 ?? reason }
        messages.finish()
    }
}
