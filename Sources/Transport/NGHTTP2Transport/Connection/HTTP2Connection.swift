internal import CNGHTTP2
internal import GRPCCore
internal import NIOCore
internal import NIOTLS

/// One HTTP/2 connection: the channel handler that feeds what arrives to nghttp2 and sends what nghttp2 has to send.
///
/// It lives on its event loop. A read burst is fed to nghttp2, then everything there is to send goes out with one
/// flush; what other threads want sent comes through the ``ConnectionMailbox``, many streams with one hop.
///
/// nghttp2's callbacks run inside of `nghttp2_session_mem_recv` and `nghttp2_session_mem_send`; the channel is never
/// closed in there, since that would free the session under nghttp2's feet. They note what has to happen instead.
final class HTTP2Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// How a graceful shutdown proceeds.
    enum Shutdown {
        case none
        /// GOAWAY for the highest possible stream is out, so that the peer stops opening streams; those on their way
        /// are still taken until a PING has made the round trip.
        case announced
        /// The final GOAWAY is out: the connection ends with its last stream.
        case final
    }

    /// How much is read in one turn of the event loop.
    static let maxReadBytes = 32 * 1024
    /// How long GOAWAY may take to be sent when the connection ends with an error.
    private static let goAwayTimeout = Duration.seconds(1)

    let side: HTTP2Session.Side
    let role: any ConnectionRole
    let configuration: ConnectionConfiguration
    let mailbox: ConnectionMailbox
    let paths: PathTable

    private(set) var session: OpaquePointer?
    private(set) var context: ChannelHandlerContext?
    /// The streams HTTP/2 has open. nghttp2 doesn't close streams when its session goes, so they are failed from here.
    var records: [Int32: StreamRecord] = [:]
    var headerFields = HeaderFields()
    /// The stream whose header block is being read.
    var headerRecord: StreamRecord?

    // Reading:
    /// What suspects of this event loop may have of its time; nil to suspect nobody.
    let suspects: NIOLoopBoundBox<SuspectBudget>?
    /// Whether the peer has been sent a whole answer.
    var hasAnswered = false
    /// Until when the peer is suspect for what it has sent.
    var suspectUntil = NIODeadline.uptimeNanoseconds(0)
    /// Frames that cost the peer nothing, in what is being dealt with.
    var costlyFrames = 0
    var resetStreams = 0
    /// What has arrived and not been dealt with.
    var unread = ByteBuffer()
    var isPaused = false
    /// Whether the channel asked for more while the peer had to wait.
    var hasHeldRead = false

    // Sending:
    var outgoing = ByteBuffer()
    var isSending = false
    /// Whether a callback stopped nghttp2 since enough is in `outgoing` for one write.
    var isSendingPaused = false
    private var served: [CallStream] = []
    /// Bytes that the connection's window is short of, since too much is waiting.
    var withheldBytes = 0
    private var isClosing = false
    private var isTerminating = false

    // Guards:
    var shutdown = Shutdown.none
    private(set) var hasHandshake = false
    private var handshakeDeadline: Scheduled<Void>?
    private var keepalive: KeepaliveTimer?
    private var keepaliveCheck: Scheduled<Void>?
    private var controlFrames: TokenBucket
    private var resets: TokenBucket

    init(
        side: HTTP2Session.Side, role: any ConnectionRole, configuration: ConnectionConfiguration,
        mailbox: ConnectionMailbox, paths: PathTable, suspects: NIOLoopBoundBox<SuspectBudget>? = nil
    ) {
        self.side = side
        self.role = role
        self.configuration = configuration
        self.mailbox = mailbox
        self.paths = paths
        self.suspects = suspects
        let guardLimits = configuration.floodGuard
        let now = NIODeadline.now()
        controlFrames = TokenBucket(
            perSecond: guardLimits.controlFramesPerSecond, burst: guardLimits.controlFrameBurst, now: now)
        resets = TokenBucket(perSecond: guardLimits.resetsPerSecond, burst: guardLimits.resetBurst, now: now)
    }

    deinit {
        if let session { nghttp2_session_del(session) }
    }

    // MARK: Life of the channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        mailbox.attach(self)
        if context.channel.isActive { start() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        tearDown(RPCError(code: .unavailable, message: "The connection was closed."))
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        start()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        tearDown(RPCError(code: .unavailable, message: "The connection was closed by the peer or was lost."))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(
            error as? RPCError ?? RPCError(code: .unavailable, message: "The connection failed.", cause: error))
    }

    /// The TLS handshake is over, if there is one.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let chosen) = event, chosen != "h2" {
            close(RPCError(code: .unavailable, message: "The \(side.peer) speaks TLS, but not HTTP/2 (ALPN h2)."))
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func start() {
        guard session == nil, !isClosing else { return }
        session = HTTP2Session.make(
            side, configuration: configuration, connection: Unmanaged.passUnretained(self).toOpaque())
        guard let session else {
            return close(RPCError(code: .resourceExhausted, message: "No memory for an HTTP/2 session."))
        }
        HTTP2Session.submitSettings(session, side, configuration)
        handshakeDeadline = schedule(after: configuration.handshakeTimeout) { connection in
            connection.close(
                RPCError(code: .unavailable, message: "The peer sent no HTTP/2 preface within the time for it."))
        }
        if let policy = configuration.keepalive {
            keepalive = KeepaliveTimer(policy, now: .now())
            scheduleKeepalive(after: TimeAmount(policy.interval))
        }
        send()
    }

    /// Ends the connection now. Its streams fail with the error. Never called from inside nghttp2.
    func close(_ error: RPCError) {
        let context = context
        tearDown(error)
        context?.close(promise: nil)
    }

    private func tearDown(_ error: RPCError) {
        guard !isClosing else { return }
        isClosing = true
        handshakeDeadline?.cancel()
        keepaliveCheck?.cancel()
        let open = records.values
        records = [:]
        headerRecord = nil
        for record in open {
            record.deadline?.cancel()
            dropIncomplete(record)
            close(record.stream, error)
        }
        mailbox.close(error)
        if let session { nghttp2_session_del(session) }
        session = nil
        role.closed(error, on: self)
    }

    /// Ends what is left of a stream that HTTP/2 has closed. The error is made only if something is left.
    func close(_ stream: CallStream?, _ error: @autoclosure () -> RPCError) {
        guard let stream else { return }
        stream.close(error())
        role.streamClosed(stream)
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard session != nil else { return }
        let now = NIODeadline.now()
        keepalive?.didRead(now: now)
        mailbox.didRead(now: now)
        let buffer = unwrapInboundIn(data)
        if !hasHandshake, side == .client, buffer.isTLSAlert { return close(Self.serverSpeaksTLS) }
        take(buffer)
    }

    /// Nothing more is read from a peer that has to wait.
    func read(context: ChannelHandlerContext) {
        if isPaused { hasHeldRead = true } else { context.read() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        send()
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { send() }
        context.fireChannelWritabilityChanged()
    }

    /// What arrived isn't HTTP/2, or is a flood.
    func fail(nghttp2Error code: Int32) {
        let reason = nghttp2_strerror(code).map { String(cString: $0) } ?? "\(code)"
        close(RPCError(code: .unavailable, message: "The peer broke the HTTP/2 protocol: \(reason)."))
    }

    /// Takes back a token for a frame that costs the peer nothing; a peer without tokens is told to go.
    func countControlFrame() {
        costlyFrames += 1
        if !controlFrames.take(now: .now()) { terminate(NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    func countReset() {
        costlyFrames += 1
        resetStreams += 1
        if !resets.take(now: .now()) { terminate(NGHTTP2_ENHANCE_YOUR_CALM) }
    }

    /// Sends GOAWAY with an error and ends the connection once that is out, or soon if the peer does not read. May be called
    /// from inside nghttp2.
    func terminate(_ code: nghttp2_error_code) {
        guard let session, !isTerminating else { return }
        isTerminating = true
        nghttp2_session_terminate_session(session, code.rawValue)
        _ = schedule(after: Self.goAwayTimeout) {
            $0.close(RPCError(code: .unavailable, message: "The peer was told to go, and did not read it."))
        }
    }

    // MARK: Serving other threads

    /// Does what streams were posted for, with one flush for all of them.
    func servePosted() {
        mailbox.takePosted(into: &served)
        for stream in served { serve(stream) }
        served.removeAll(keepingCapacity: true)
        send()
    }

    private func serve(_ stream: CallStream) {
        guard let session else {
            return stream.close(RPCError(code: .unavailable, message: "The connection was closed."))
        }
        let work = stream.takeWork()
        if work.isClosed { return }
        if let code = work.reset {
            guard let id = work.id else { return stream.close(.callCancelled) }
            nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code)
            return
        }
        if work.metadata != nil || work.trailersOnly != nil {
            role.start(stream, work, on: self)
        }
        guard let id = work.id, let record = records[id] else { return }
        if work.windowBytes > 0 { nghttp2_session_consume_stream(session, id, work.windowBytes) }
        if record.isDeferred {
            record.isDeferred = false
            nghttp2_session_resume_data(session, id)
        }
    }

    // MARK: Timers

    /// Runs something later, if the connection still exists then.
    func schedule(after delay: Duration, _ body: @escaping @Sendable (HTTP2Connection) -> Void) -> Scheduled<Void> {
        let mailbox = mailbox
        return mailbox.eventLoop.scheduleTask(in: TimeAmount(delay)) { mailbox.perform(body) }
    }

    func handshakeCompleted() {
        guard !hasHandshake else { return }
        hasHandshake = true
        handshakeDeadline?.cancel()
        handshakeDeadline = nil
        role.handshakeCompleted(on: self)
    }

    private func scheduleKeepalive(after delay: TimeAmount) {
        let mailbox = mailbox
        keepaliveCheck = mailbox.eventLoop.scheduleTask(in: delay) {
            mailbox.perform { $0.checkKeepalive() }
        }
    }

    private func checkKeepalive() {
        guard let session, let action = keepalive?.check(now: .now()) else { return }
        switch action {
        case .wait(let delay):
            scheduleKeepalive(after: delay)
        case .ping(let delay):
            nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
            scheduleKeepalive(after: delay)
            send()
        case .giveUp:
            let seconds = configuration.keepalive?.timeout ?? .zero
            close(
                RPCError(
                    code: .unavailable,
                    message: "The peer did not answer a keepalive PING within \(seconds); the connection is dead."))
        }
    }
}
