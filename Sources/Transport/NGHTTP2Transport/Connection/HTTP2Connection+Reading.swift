internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore

/// How what arrives is fed to nghttp2: all at once, or little by little if the peer is suspect.
extension HTTP2Connection {
    /// How many bytes of a suspect are dealt with at once.
    private static let suspectBytes = 1024
    /// How many frames that cost the peer nothing are no reason for suspicion, in what is dealt with at once.
    private static let toleratedFrames = 16
    /// What a call that is reset has cost elsewhere, when its handler had begun.
    private static let callCost = TimeAmount.microseconds(250)
    /// How long a peer that sent more is suspect.
    private static let suspicion = TimeAmount.seconds(1)

    /// Takes what arrived, unless the peer has to wait.
    func take(_ buffer: ByteBuffer) {
        var buffer = buffer
        if unread.readableBytes == 0 { unread = buffer } else { unread.writeBuffer(&buffer) }
        if !isPaused { readOn() }
    }

    /// Feeds what has arrived to nghttp2, as far as the peer's time goes.
    private func readOn() {
        while unread.readableBytes > 0, !isPaused, let session {
            let begin = NIODeadline.now()
            let isSuspect = isSuspect(at: begin)
            let count = isSuspect ? min(Self.suspectBytes, unread.readableBytes) : unread.readableBytes
            let result = unread.readSlice(length: count)?.withUnsafeReadableBytes { bytes in
                nghttp2_session_mem_recv(session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
            }
            if let result, result < 0 { fail(nghttp2Error: Int32(truncatingIfNeeded: result)) }
            if costlyFrames > Self.toleratedFrames { suspectUntil = begin + Self.suspicion }
            if isSuspect {
                send()
                suspects?.value.spend(.now() - begin + Self.callCost * resetStreams)
            }
            costlyFrames = 0
            resetStreams = 0
            pauseIfSuspect()
        }
        guard session != nil else { return }
        role.readBurstEnded(on: self)
        keepToBudget()
    }

    private func isSuspect(at now: NIODeadline) -> Bool {
        suspects != nil && (!hasAnswered || now < suspectUntil)
    }

    private func pauseIfSuspect() {
        let now = NIODeadline.now()
        guard isSuspect(at: now), let wait = suspects?.value.wait(now: now) else { return }
        isPaused = true
        let mailbox = mailbox
        mailbox.eventLoop.scheduleTask(in: wait) { mailbox.perform { $0.resume() } }
    }

    private func resume() {
        isPaused = false
        pauseIfSuspect()
        if isPaused { return }
        readOn()
        send()
        if !isPaused, hasHeldRead {
            hasHeldRead = false
            context?.read()
        }
    }
}
