internal import GRPCCore
internal import NIOCore
internal import NIOEmbedded

@testable internal import NGHTTP2Transport

/// A client that sends any bytes in any pieces to a server's end of a connection, and in the end is gone.
///
/// The first byte of an input says how: its low four bits how large the pieces are, bit 4 that the client reads nothing until it
/// has sent everything, bit 5 that what it sends begins as HTTP/2 has to, bit 6 that the server shuts down in the middle.
struct Client {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
    private static let pieces = [1, 2, 3, 5, 8, 9, 10, 13, 21, 34, 55, 100, 500, 1_000, 10_000, .max]

    /// Limits that a short input reaches.
    private static let configuration = ConnectionConfiguration(
        maxMessageBytes: 300, maxConcurrentStreams: 10, maxHeaderListBytes: 400, streamWindowBytes: 400,
        connectionWindowBytes: 65_535, writeBufferBytes: 100, handshakeTimeout: .seconds(10), keepalive: Keepalive(),
        floodGuard: FloodGuard(
            resetsPerSecond: 1, resetBurst: 8, controlFramesPerSecond: 1, controlFrameBurst: 12,
            continuationsPerHeaderBlock: 3))

    private let options: UInt8
    private let bytes: [UInt8]
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel
    private let calls: ServerCalls

    init(_ input: UnsafeRawBufferPointer) {
        options = input.first ?? 0
        bytes = (options & 0x20 != 0 ? Self.preface : []) + input.dropFirst()
        channel = EmbeddedChannel(loop: loop)
        calls = EchoServer.calls(pool: EventLoopExecutor(loop))
    }

    /// Lives the client's life. Whatever it sent, nothing is left of it.
    func run() {
        weak let connection = connect()
        send()
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        settle()
        // Deadlines pass, and so do the times to shake hands and to answer a PING.
        loop.advanceTime(by: .seconds(60))
        settle()
        channel.close(promise: nil)
        settle()
        precondition(connection == nil, "a connection outlives its channel")
        precondition(haveCallsEnded, "a call outlives its connection")
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    private func connect() -> HTTP2Connection? {
        let mailbox = ConnectionMailbox(eventLoop: loop)
        precondition(calls.addConnection(mailbox), "the server refuses its first connection")
        let connection = HTTP2Connection(
            side: .server, role: ServerConnectionRole(calls: calls, authorize: EchoServer.authorize),
            configuration: Self.configuration, mailbox: mailbox, paths: EchoServer.paths)
        do {
            try channel.pipeline.syncOperations.addHandler(connection)
            channel.connect(to: try SocketAddress(unixDomainSocketPath: "client"), promise: nil)
        } catch {
            preconditionFailure("there is no connection to fuzz: \(error)")
        }
        settle()
        return connection
    }

    private func send() {
        channel.isWritable = options & 0x10 == 0
        let size = Self.pieces[Int(options & 0x0f)]
        var rest = bytes[...]
        while !rest.isEmpty, channel.isActive {
            _ = try? channel.writeInbound(ByteBuffer(bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
            settle()
            if options & 0x40 != 0, rest.count <= bytes.count / 2 { calls.drain() }
        }
    }

    /// Has everything happen that can, and takes what the server sends.
    private func settle() {
        repeat { loop.run() } while GlobalJobs.run()
        while case .byteBuffer? = try? channel.readOutbound(as: IOData.self) {}
    }

    private var haveCallsEnded: Bool {
        let end = End()
        calls.drain()
        Task {
            await calls.untilEmpty()
            end.isReached = true
        }
        settle()
        return end.isReached
    }

    /// Set and read by the one thread there is.
    private final class End: @unchecked Sendable {
        var isReached = false
    }
}
