package import AetherRuntime
internal import Synchronization

/// The tasks of one `PollTasks` stream. Bounded by the credits the worker gave.
package final class TaskFeed: Sendable {
    /// Why the engine ended a feed.
    package enum End: Sendable, Equatable {
        /// A newer stream of the same worker took its place.
        case replaced
        /// The engine stops.
        case stopping
        /// The worker is gone, or took the call back.
        case cancelled
    }

    /// What the scheduler knows the stream by.
    package let connection: TaskScheduler.SessionID
    private let messages = BatchQueue<TaskMessage>()
    /// What the stream is sending: until it asks for more, nobody knows whether that has left.
    private let sending = Mutex<[TaskMessage]>([])
    private let ending = Mutex<End?>(nil)

    /// How long nothing has been heard on the stream's connection.
    let silence: @Sendable () -> Duration

    init(connection: TaskScheduler.SessionID, silence: @escaping @Sendable () -> Duration = { .zero }) {
        self.connection = connection
        self.silence = silence
    }

    /// Why the feed ended, when the engine ended it.
    package var end: End? { ending.withLock { $0 } }

    /// What is to be sent next; waits for it.
    ///
    /// - Returns: `nil` when the engine ended the feed, or the calling task is cancelled.
    package func next() async -> [TaskMessage]? {
        sending.withLock { $0 = [] }
        guard let batch = await messages.take() else { return nil }
        sending.withLock { $0 = batch }
        return batch
    }

    /// The tasks that may not have been sent. Asked when the stream is over.
    func takeUnsent() -> [TaskID] {
        let uncertain = sending.withLock { sending in
            defer { sending = [] }
            return sending
        }
        return (uncertain + messages.drain()).compactMap(\.begun)
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
