internal import GRPCCore

/// What the application has written to a stream and the connection has not yet sent.
///
/// States: *open*; *finished*, no more is accepted and what is queued is still sent; *closed*, nothing is sent any
/// more and writes fail.
struct OutboundQueue: Sendable {
    typealias Writer = CheckedContinuation<Void, any Error>

    private enum State {
        case open
        case finished
        case closed(RPCError)
    }

    private var state = State.open
    private var messages = ShortQueue<NGHTTP2MessageBytes>()
    /// How much of the first message, its prefix included, has been sent.
    private var sentOfFirst = 0
    private var writers: [(id: UInt64, continuation: Writer)] = []
    private var nextWriterID: UInt64 = 0

    /// Metadata to send first; nil once taken.
    private var metadata: Metadata?
    private var trailers: (Status, Metadata)?
    /// The bytes queued, prefixes included.
    private(set) var queuedBytes = 0

    var isFinished: Bool { if case .finished = state { true } else { false } }
    var isOpen: Bool { if case .open = state { true } else { false } }

    /// Why nothing can be written; nil if something can.
    var writeError: RPCError? {
        switch state {
        case .open: nil
        case .finished: RPCError(code: .failedPrecondition, message: "The stream's writer has been finished.")
        case .closed(let error): error
        }
    }

    mutating func setMetadata(_ metadata: Metadata) { self.metadata = metadata }

    mutating func takeMetadata() -> Metadata? {
        defer { metadata = nil }
        return metadata
    }

    mutating func append(_ message: NGHTTP2MessageBytes) {
        messages.append(message)
        queuedBytes += message.count + MessageDeframer.prefixLength
    }

    mutating func finish(trailers: (Status, Metadata)? = nil) {
        guard isOpen else { return }
        state = .finished
        self.trailers = trailers
    }

    /// Ends the stream with trailers instead of what is queued, but for a message that was sent in part.
    mutating func replaceRest(withTrailers trailers: (Status, Metadata)) -> [Writer] {
        let started = sentOfFirst > 0 ? messages.first : nil
        messages.removeAll()
        queuedBytes = 0
        if let started {
            append(started)
            queuedBytes -= sentOfFirst
        }
        finish(trailers: trailers)
        defer { writers = [] }
        return writers.map(\.continuation)
    }

    mutating func takeTrailers() -> (Status, Metadata)? {
        defer { trailers = nil }
        return trailers
    }

    /// Drops what is queued. Returns the writers to resume with the error.
    mutating func close(_ error: RPCError) -> [Writer] {
        if case .closed = state { return [] }
        state = .closed(error)
        messages.removeAll()
        queuedBytes = 0
        metadata = nil
        defer { writers = [] }
        return writers.map(\.continuation)
    }

    mutating func makeWriterID() -> UInt64 {
        defer { nextWriterID += 1 }
        return nextWriterID
    }

    mutating func wait(_ writer: Writer, id: UInt64) {
        writers.append((id, writer))
    }

    mutating func removeWriter(id: UInt64) -> Writer? {
        guard let index = writers.firstIndex(where: { $0.id == id }) else { return nil }
        return writers.remove(at: index).continuation
    }

    /// Hands `count` queued bytes, prefixes included, to `write`, and returns the writers there is room for again.
    mutating func send(
        _ count: Int, lowWatermark: Int, write: (UnsafeRawBufferPointer) -> Void
    ) -> [Writer] {
        precondition(count <= queuedBytes, "more bytes are sent than were queued")
        var missing = count
        while missing > 0, let message = messages.first {
            if sentOfFirst < MessageDeframer.prefixLength {
                missing -= sendPrefix(of: message, atMost: missing, write: write)
                if sentOfFirst < MessageDeframer.prefixLength { break }
            }
            let offset = sentOfFirst - MessageDeframer.prefixLength
            let length = min(missing, message.count - offset)
            if length > 0 {
                message.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[offset..<(offset + length)])) }
            }
            sentOfFirst += length
            missing -= length
            if sentOfFirst == message.count + MessageDeframer.prefixLength {
                _ = messages.popFirst()
                sentOfFirst = 0
            }
        }
        queuedBytes -= count
        guard !writers.isEmpty, queuedBytes <= lowWatermark else { return [] }
        defer { writers = [] }
        return writers.map(\.continuation)
    }

    private mutating func sendPrefix(
        of message: NGHTTP2MessageBytes, atMost limit: Int, write: (UnsafeRawBufferPointer) -> Void
    ) -> Int {
        let length = min(limit, MessageDeframer.prefixLength - sentOfFirst)
        let start = MemoryLayout<UInt64>.size - MessageDeframer.prefixLength + sentOfFirst
        // The last five bytes of the length are the prefix: the flag "not compressed" is a zero byte.
        withUnsafeBytes(of: UInt64(message.count).bigEndian) {
            write(UnsafeRawBufferPointer(rebasing: $0[start..<(start + length)]))
        }
        sentOfFirst += length
        return length
    }
}
