/// How much the calls of a connection, and those of all connections, may have waiting in memory: what has arrived and was not
/// taken, what is waiting to be sent, and the headers of open calls.
///
/// Windows and write buffers bound a call. They don't bound a hundred thousand of them, nor the unfinished message that each may
/// have besides.
struct BufferBudget: Sendable, Hashable {
    /// What is done about a connection.
    enum Verdict: Equatable {
        case proceed
        /// The peer gets no more window for data until less is waiting. Its other frames are taken, so that what it reads and what
        /// it gives up still makes room.
        case withholdWindow
        /// Waiting does not help: the call that holds most ends.
        case cutCall
    }

    /// In steps of how many bytes a connection tells the total, so that connections don't contend for it with each message.
    static let carriedBytes = 16 * 1024

    /// Bytes of a connection.
    var connectionBytes: Int
    /// Bytes of all connections.
    var totalBytes: Int

    /// No limits.
    static let unlimited = BufferBudget(connectionBytes: .max, totalBytes: .max)

    /// What is to be done about a connection that holds so much.
    ///
    /// - Parameters:
    ///   - queued: Bytes of whole messages and of headers, which go when somebody takes or reads them.
    ///   - incomplete: Bytes of messages whose rest is still to come. They are no reason to withhold the window: only the rest of
    ///     the message makes them go.
    /// - Returns: The mildest thing that helps.
    func verdict(queued: Int, incomplete: Int) -> Verdict {
        if queued + incomplete > connectionBytes { return .cutCall }
        return withholds(queued: queued) ? .withholdWindow : .proceed
    }

    /// Whether so many queued bytes, half of the limit, are reason to withhold the window.
    func withholds(queued: Int) -> Bool { queued > connectionBytes / 2 }

    /// Whether a message to be sent finds room.
    func hasRoom(for bytes: Int, queued: Int) -> Bool {
        let (sum, overflows) = queued.addingReportingOverflow(bytes)
        return !overflows && sum <= connectionBytes
    }

    /// What is added to the total when a connection's count goes from one value to another. However many threads count, what they
    /// add comes to the connection's count, less what is short of a step.
    static func carry(from old: Int, to new: Int) -> Int {
        (new / carriedBytes - old / carriedBytes) * carriedBytes
    }
}
