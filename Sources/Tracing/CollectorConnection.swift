internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// The connection to a collector, made when it is needed and kept while it lasts. One posts at a time.
final class CollectorConnection: Sendable {
    private let endpoint: OTLPEndpoint
    private let headers: [String: String]
    private let tls: NIOSSLContext?
    private let channel = Mutex<(any Channel)?>(nil)

    /// - Throws: ``OTLPError`` when TLS can't be set up.
    init(_ endpoint: OTLPEndpoint, headers: [String: String]) throws(OTLPError) {
        self.endpoint = endpoint
        self.headers = headers
        do {
            tls = endpoint.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        } catch {
            throw OTLPError("TLS can't be set up: \(error)")
        }
    }

    /// Sends a body.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - limit: how long all of it may take.
    /// - Returns: what the collector says of it.
    /// - Throws: when there is no answer; the connection is closed then.
    func post(_ body: String, within limit: Duration) async throws -> CollectorAnswer {
        let limit = TimeAmount(limit)
        let channel = try await open(within: limit)
        let answer = channel.eventLoop.makePromise(of: CollectorAnswer.self)
        let timeout = channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
        var fields = HTTPHeaders([
            ("host", endpoint.authority), ("content-type", "application/json"),
            ("content-length", "\(body.utf8.count)"),
            ("user-agent", "aether"),
        ])
        for (name, value) in headers { fields.replaceOrAdd(name: name, value: value) }
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: endpoint.path, headers: fields)
        let exchange = CollectorHandler.Exchange(head: head, body: ByteBuffer(string: body), answer: answer)
        channel.writeAndFlush(exchange, promise: nil)
        defer { timeout.cancel() }
        return try await answer.futureResult.get()
    }

    /// Closes the connection after some time, whatever is under way.
    func close(after limit: Duration) {
        guard let channel = channel.withLock({ $0 }) else { return }
        channel.eventLoop.scheduleTask(in: TimeAmount(limit)) { channel.close(promise: nil) }
    }

    private func open(within limit: TimeAmount) async throws -> any Channel {
        if let open = channel.withLock({ $0 }), open.isActive { return open }
        let new = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connectTimeout(limit)
            .channelInitializer { [tls, endpoint] channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        try pipeline.addHandler(
                            NIOSSLClientHandler(context: tls, serverHostname: endpoint.nameForTLS))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(CollectorHandler())
                }
            }
            .connect(host: endpoint.host, port: endpoint.port).get()
        channel.withLock { $0 = new }
        return new
    }
}

extension OTLPEndpoint {
    /// Addresses have no name to ask for.
    fileprivate var nameForTLS: String? {
        (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
    }
}
