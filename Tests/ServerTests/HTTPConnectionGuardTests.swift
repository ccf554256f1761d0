import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import AetherServer

@Suite("The guard of HTTP connections")
struct HTTPConnectionGuardTests {
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel

    init() throws {
        channel = EmbeddedChannel(handler: HTTPConnectionGuard(HTTPLimits()), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func request(_ headers: HTTPHeaders = [:]) throws {
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/", headers: headers)
        try channel.writeInbound(HTTPServerRequestPart.head(head))
    }

    private func body(_ count: Int) throws {
        try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(repeating: 1, count: count)))
    }

    private func respond() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    @Test("a connection that says nothing is closed after 30 seconds")
    func silence() {
        loop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a request whose body never ends gains no time from what it sends")
    func slowBody() throws {
        loop.advanceTime(by: .seconds(10))
        try request()
        for _ in 0..<19 {
            loop.advanceTime(by: .seconds(1))
            try body(1)
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test("a response begins the time anew, for the next request and for reading this one")
    func nextRequest() throws {
        for _ in 0..<3 {
            loop.advanceTime(by: .seconds(29))
            try request()
            try channel.writeInbound(HTTPServerRequestPart.end(nil))
            try respond()
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(30))
        #expect(!channel.isActive)
    }

    @Test("a response that comes in parts goes on as long as they are taken off, and no longer")
    func streaming() throws {
        try request()
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        for _ in 0..<4 {
            loop.advanceTime(by: .seconds(20))
            try channel.writeOutbound(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "part"))))
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(30))
        #expect(!channel.isActive)
    }

    @Test("a part that nobody takes off gains no time")
    func stuckStreaming() throws {
        try request()
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        let head = HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok))
        channel.write(head, promise: nil)
        loop.advanceTime(by: .seconds(20))
        // Written, and not flushed: it does not leave.
        channel.write(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: "part"))), promise: nil)
        loop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
    }

    @Test("a body announced as too large is 413, and no page hears of it")
    func announcedBody() throws {
        try request(["content-length": "65537"])
        try body(1)
        loop.run()
        #expect(try channel.readInbound(as: HTTPServerRequestPart.self) == nil)
        guard case .head(let head) = try channel.readOutbound(as: HTTPServerResponsePart.self) else {
            Issue.record("nothing was answered")
            return
        }
        #expect(head.status == .payloadTooLarge)
        #expect(!channel.isActive)
    }

    @Test("a body that becomes too large ends the connection")
    func longBody() throws {
        try request()
        try body(65_536)
        loop.run()
        #expect(channel.isActive)
        try body(1)
        loop.run()
        #expect(!channel.isActive)
    }
}
