/// The parts of a stream that have arrived and not been read, and what is owed to the peer's flow control for them.
///
/// States: *open*, then either *finished* or *failed*, both final. What was queued before the end is still read; a
/// failure that discards the queue is read at once.
///
/// The peer may send as much as the stream's window; bytes are given back to it when the application takes the message
/// they belong to. The bytes of an unfinished message are given back at once while nothing else is queued, or a message
/// larger than the window would never end, and held otherwise, so that a reader who stops holds no more than a window
/// and one message.
struct InboundQueue: Sendable {
    typealias Waiter = CheckedContinuation<InboundPart?, any Error>

    /// What a reader gets.
    enum Take {
        case part(InboundPart)
        case end
        case failed(any Error)
        case nothingYet
    }

    private enum State {
        case open
        case finished
        case failed(any Error)
    }

    private struct Entry {
        var part: InboundPart
        var windowBytes: Int
    }

    private var state = State.open
    private var entries = ShortQueue<Entry>()
    private var waiter: Waiter?
    private var heldPartialBytes = 0
    /// The bytes of the messages that are queued.
    private(set) var queuedBytes = 0
    /// How many bytes of messages have arrived.
    private(set) var arrivedBytes = 0
    /// Bytes whose message was taken, not yet given back to the peer.
    private var returnableBytes = 0
    /// Whether the peer may be waiting for those bytes to send the rest of a message.
    private var isReturnUrgent = false

    var isOpen: Bool { if case .open = state { true } else { false } }

    /// Queues a part, or gives it to the reader who waits; the caller resumes that reader outside of the lock.
    mutating func append(_ part: InboundPart, windowBytes: Int) -> Waiter? {
        guard isOpen else {
            returnableBytes += windowBytes
            return nil
        }
        arrivedBytes += windowBytes
        let held = heldPartialBytes
        heldPartialBytes = 0
        if let waiter {
            self.waiter = nil
            returnableBytes += windowBytes + held
            return waiter
        }
        entries.append(Entry(part: part, windowBytes: windowBytes + held))
        queuedBytes += part.byteCount
        return nil
    }

    /// Notes bytes of a message that isn't complete.
    mutating func addPartial(windowBytes: Int) {
        if entries.isEmpty { returnableBytes += windowBytes } else { heldPartialBytes += windowBytes }
    }

    /// Ends the queue after what is in it. Returns the reader to resume with nil.
    mutating func finish() -> Waiter? {
        guard isOpen else { return nil }
        state = .finished
        defer { waiter = nil }
        return waiter
    }

    /// Ends the queue with an error. Returns the reader to resume with it.
    mutating func fail(_ error: any Error, discardingQueue: Bool) -> Waiter? {
        guard isOpen || (discardingQueue && !entries.isEmpty) else { return nil }
        state = .failed(error)
        if discardingQueue {
            entries.removeAll()
            queuedBytes = 0
        }
        defer { waiter = nil }
        return waiter
    }

    mutating func take() -> Take {
        if let entry = entries.popFirst() {
            returnableBytes += entry.windowBytes
            queuedBytes -= entry.part.byteCount
            if entries.isEmpty {
                isReturnUrgent = heldPartialBytes > 0
                returnableBytes += heldPartialBytes
                heldPartialBytes = 0
            }
            return .part(entry.part)
        }
        return switch state {
        case .open: .nothingYet
        case .finished: .end
        case .failed(let error): .failed(error)
        }
    }

    /// Lets a reader wait, and returns nil; or returns what there is to read by now. There is one reader at a time.
    mutating func wait(_ newWaiter: Waiter) -> Take? {
        let take = take()
        guard case .nothingYet = take else { return take }
        if waiter != nil { return .failed(ConcurrentReadError()) }
        waiter = newWaiter
        return nil
    }

    mutating func removeWaiter() -> Waiter? {
        defer { waiter = nil }
        return waiter
    }

    /// Whether enough was taken, or all there is while a message is unfinished, that the peer should hear of it.
    func shouldReturnBytes(threshold: Int) -> Bool {
        isOpen && (isReturnUrgent || returnableBytes >= threshold)
    }

    mutating func takeReturnableBytes() -> Int {
        defer {
            returnableBytes = 0
            isReturnUrgent = false
        }
        return returnableBytes
    }
}

/// Two tasks read the same stream at the same time.
struct ConcurrentReadError: Error {}
