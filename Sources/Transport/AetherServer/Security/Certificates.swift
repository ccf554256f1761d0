internal import NGHTTP2Transport
internal import NIOSSL
internal import Synchronization

/// The TLS of a server's ports, as its files were when they were last read.
final class Certificates: Sendable {
    private struct Contexts {
        var grpc: NIOSSLContext
        var http: NIOSSLContext
        /// Scrapers and probes have no certificate: this port asks for none.
        var metrics: NIOSSLContext

        init(_ files: TLSFiles) throws(TransportError) {
            var anyone = files
            anyone.authorities = nil
            grpc = try files.serverContext()
            http = try files.serverContext(protocols: ["http/1.1"])
            metrics = try anyone.serverContext(protocols: ["http/1.1"])
        }
    }

    let files: TLSFiles
    private let contexts: Mutex<Contexts>

    init(_ files: TLSFiles) throws(TransportError) {
        self.files = files
        contexts = Mutex(try Contexts(files))
    }

    /// Reads the files again, for connections from now on.
    ///
    /// - Throws: Which file can't be used, and why; what was read before stays.
    func reload() throws(TransportError) {
        let newer = try Contexts(files)
        contexts.withLock { $0 = newer }
    }

    var grpc: NIOSSLContext { contexts.withLock { $0.grpc } }
    var http: NIOSSLContext { contexts.withLock { $0.http } }
    var metrics: NIOSSLContext { contexts.withLock { $0.metrics } }
}
