import AetherJSON
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A collector on a port of this machine, which answers as a test says.
final class Collector: Sendable {
    struct Request: Sendable {
        var path: String
        var headers: HTTPHeaders
        var body: [UInt8]

        /// The names of the spans it has; none when it is no JSON.
        var spans: [String] {
            guard let json = try? JSONParser.parse(body) else { return [] }
            return json["resourceSpans"].elements.flatMap { resource in
                resource["scopeSpans"].elements.flatMap { scope in scope["spans"].elements.map { $0["name"].string } }
            }
        }
    }

    enum Answer: Sendable {
        case status(UInt, headers: [(String, String)] = [], body: String = "{}")
        case never
        case close
    }

    /// What arrived, in order.
    let requests: AsyncStream<Request>
    let port: Int
    private let channel: any Channel

    var url: String { "http://127.0.0.1:\(port)" }

    /// Listens; each request is answered by its number, from 0.
    init(_ answer: @escaping @Sendable (Int) -> Answer = { _ in .status(200) }) async throws {
        let (requests, continuation) = AsyncStream<Request>.makeStream()
        let count = Mutex(0)
        self.requests = requests
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Handler {
                            continuation.yield($0)
                            let number = count.withLock { count in
                                count += 1
                                return count - 1
                            }
                            return answer(number)
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func stop() async throws {
        try await channel.close()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let take: @Sendable (Request) -> Answer
        private var request = Request(path: "", headers: [:], body: [])

        init(_ take: @escaping @Sendable (Request) -> Answer) {
            self.take = take
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(path: head.uri, headers: head.headers, body: [])
            case .body(let part): request.body += part.readableBytesView
            case .end:
                switch take(request) {
                case .never: break
                case .close: context.close(promise: nil)
                case .status(let code, let headers, let body):
                    let fields = HTTPHeaders(headers + [("content-length", "\(body.utf8.count)")])
                    let head = HTTPResponseHead(
                        version: .http1_1, status: HTTPResponseStatus(statusCode: Int(code)), headers: fields)
                    context.write(wrapOutboundOut(.head(head)), promise: nil)
                    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
                }
            }
        }
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    var elements: [JSONValue] { if case .array(let elements) = self { elements } else { [] } }
    var string: String { if case .string(let text) = self { text } else { "" } }
}
