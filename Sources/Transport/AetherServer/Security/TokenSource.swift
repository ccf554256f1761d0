internal import Foundation

/// Where a server's tokens come from.
package enum TokenSource: Hashable, Sendable {
    case file(String)
    /// The value of an environment variable.
    case environment(name: String, text: String)

    var path: String? { if case .file(let path) = self { path } else { nil } }

    /// Reads the tokens.
    ///
    /// - Throws: ``ServerStartError``: the file can't be read, others can read it, or a line is wrong.
    package func read() throws(ServerStartError) -> TokenSet {
        switch self {
        case .environment(let name, let text): return try TokenSet(text, source: name)
        case .file(let path):
            return try TokenSet(try Self.secret(at: path, what: "tokens"), source: path)
        }
    }

    /// Reads a file that only its owner can read.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - what: what is in it, for errors.
    /// - Returns: its text.
    /// - Throws: ``ServerStartError`` when it can't be read, or others can read it.
    package static func secret(at path: String, what: String) throws(ServerStartError) -> String {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
            throw ServerStartError(
                message: "others can read or write the \(what) in \(path) (mode "
                    + "\(String(status.st_mode & 0o777, radix: 8))); run: chmod 600 \(path)")
        }
        do {
            return try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw ServerStartError(
                message: "the file \(path) with \(what) can't be read: \(error.localizedDescription)")
        }
    }
}

extension TokenSource: CustomStringConvertible {
    /// Says where, and no token.
    package var description: String {
        switch self {
        case .file(let path): path
        case .environment(let name, _): name
        }
    }
}
