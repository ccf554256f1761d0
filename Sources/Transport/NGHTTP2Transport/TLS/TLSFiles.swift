internal import Foundation
public import NIOSSL
internal import Synchronization

/// The PEM files of one side of TLS.
public struct TLSFiles: Sendable, Hashable {
    /// What this side shows: its certificate, then those between it and its CA; nil for a client that shows none.
    public var certificate: String?
    /// The private key of the certificate.
    public var key: String?
    /// The CAs of which one has to have signed the peer's certificate. Nil means for a client those of the system, and for a
    /// server that clients need no certificate.
    public var authorities: String?

    /// Names files; they are read when a context is made.
    ///
    /// - Parameters:
    ///   - certificate: The certificate chain.
    ///   - key: Its private key.
    ///   - authorities: The CAs of the peer.
    public init(certificate: String? = nil, key: String? = nil, authorities: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    /// Reads the files for a server: TLS 1.2 or 1.3, and with ``authorities`` no client without a certificate.
    ///
    /// - Parameter protocols: What it speaks, by its ALPN name: `h2` for a ``NGHTTP2ServerTransport``.
    /// - Returns: The context.
    /// - Throws: ``TransportError`` that names the file which can't be used.
    public func serverContext(protocols: [String] = ["h2"]) throws(TransportError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try certificateChain(), privateKey: .privateKey(try privateKey()))
        if let authorities {
            configuration.trustRoots = .certificates(try Self.certificates(authorities))
            configuration.certificateVerification = .noHostnameVerification
        }
        return try context(configuration, protocols)
    }

    /// Reads the files for a client: TLS 1.2 or 1.3, and a server that proves its name.
    ///
    /// - Returns: The context.
    /// - Throws: ``TransportError`` that names the file which can't be used.
    public func clientContext() throws(TransportError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if certificate != nil || key != nil {
            configuration.certificateChain = try certificateChain()
            configuration.privateKey = .privateKey(try privateKey())
        }
        if let authorities { configuration.trustRoots = .certificates(try Self.certificates(authorities)) }
        return try context(configuration, ["h2"])
    }

    /// Gives a client's context for each connection: that of the files as they are then. While they can't be used, it is the
    /// one from before.
    ///
    /// - Returns: The provider.
    /// - Throws: ``TransportError`` that names the file which can't be used now.
    public func clientContextProvider() throws(TransportError) -> TLSContextProvider {
        let current = Mutex((context: try clientContext(), stamps: stamps))
        return {
            current.withLock { current in
                let stamps = stamps
                if stamps != current.stamps, let context = try? clientContext() { current = (context, stamps) }
                return current.context
            }
        }
    }

    /// The files that are named.
    package var paths: [String] { [certificate, key, authorities].compactMap(\.self) }

    private var stamps: [FileStamp?] { paths.map { FileStamp($0) } }

    private func context(
        _ configuration: TLSConfiguration, _ protocols: [String]
    ) throws(TransportError) -> NIOSSLContext {
        var configuration = configuration
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = protocols
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw TransportError(
                code: .badTLSFile,
                message: "The key \(key ?? "") does not fit the certificate \(certificate ?? "").", cause: error)
        }
    }

    private func certificateChain() throws(TransportError) -> [NIOSSLCertificateSource] {
        guard let certificate else {
            throw TransportError(code: .badTLSFile, message: "There is a TLS key, and no certificate; name both.")
        }
        return try Self.certificates(certificate).map { .certificate($0) }
    }

    private func privateKey() throws(TransportError) -> NIOSSLPrivateKey {
        guard let key else {
            throw TransportError(code: .badTLSFile, message: "There is a TLS certificate, and no key; name both.")
        }
        do {
            return try NIOSSLPrivateKey(bytes: try Self.read(key), format: .pem)
        } catch let error as TransportError {
            throw error
        } catch {
            throw TransportError(
                code: .badTLSFile, message: "The key \(key) is no PEM private key without a passphrase.")
        }
    }

    private static func certificates(_ path: String) throws(TransportError) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw TransportError(code: .badTLSFile, message: "The file \(path) has no PEM certificate.")
        }
        return certificates
    }

    private static func read(_ path: String) throws(TransportError) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw TransportError(
                code: .badTLSFile, message: "The file \(path) can't be read: \(error.localizedDescription)")
        }
    }
}
