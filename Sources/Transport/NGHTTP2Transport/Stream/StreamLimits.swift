/// The bounds of one stream.
struct StreamLimits: Sendable {
    /// The largest message that may be sent.
    var maxSendBytes: Int
    /// The largest message that is taken.
    var maxReceiveBytes: Int
    /// How many bytes may be queued before a writer is held up.
    var writeBufferBytes: Int
    /// How many bytes the application takes before the event loop is woken to open the peer's window.
    var windowReturnBytes: Int
}
