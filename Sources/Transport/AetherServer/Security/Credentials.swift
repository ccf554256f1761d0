internal import AetherRuntime
internal import Logging
internal import NGHTTP2Transport
internal import Synchronization

/// What a server proves who it is with and knows others by, read anew when the files change.
final class Credentials: Sendable {
    private static let checkInterval = Duration.seconds(10)

    let certificates: Certificates?
    let access: AccessControl?
    private let tokens: TokenSource?
    private let logger: Logger
    private let paths: [String]
    private let seen: Mutex<[FileStamp?]>

    /// Reads certificates and tokens.
    ///
    /// - Throws: ``ServerStartError`` that names the file which can't be used.
    init(_ configuration: ServerConfiguration, logger: Logger) throws(ServerStartError) {
        do {
            certificates = try configuration.tls.map { files throws(TransportError) in try Certificates(files) }
        } catch {
            throw ServerStartError(message: "TLS can't be set up: \(error)")
        }
        tokens = configuration.tokens
        access = try configuration.tokens.map { source throws(ServerStartError) in AccessControl(try source.read()) }
        self.logger = logger
        paths = (configuration.tls?.paths ?? []) + [configuration.tokens?.path].compactMap(\.self)
        seen = Mutex(paths.map { FileStamp($0) })
    }

    /// Reads the files again. What can't be used is logged, and what was read before stays.
    ///
    /// - Parameter revoked: told the names of tokens that are gone or allow something else.
    func reload(revoked: (Set<String>) -> Void) {
        seen.withLock { $0 = paths.map { FileStamp($0) } }
        if let certificates {
            do {
                try certificates.reload()
                logger.notice("the TLS certificates were read again, for new connections")
            } catch {
                logger.error("the TLS certificates stay as they were", metadata: [LogKey.reason: "\(error)"])
            }
        }
        if let access, let tokens, tokens.path != nil {
            do throws(ServerStartError) {
                let names = access.replace(with: try tokens.read())
                revoked(names)
                logger.notice(
                    "the tokens were read again",
                    metadata: [LogKey.gone: "\(names.sorted().joined(separator: ", "))"])
            } catch {
                logger.error("the tokens stay as they were", metadata: [LogKey.reason: "\(error.message)"])
            }
        }
    }

    /// Reads the files again whenever they have changed, until the task is cancelled.
    func watch(revoked: (Set<String>) -> Void) async {
        if paths.isEmpty { return }
        while (try? await Task.sleep(for: Self.checkInterval, tolerance: .seconds(1))) != nil {
            let hasChanged = seen.withLock { $0 != paths.map { FileStamp($0) } }
            if hasChanged { reload(revoked: revoked) }
        }
    }
}
