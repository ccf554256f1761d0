import Foundation
import NGHTTP2Transport

/// Keys and certificates, made by openssl in a folder that goes with this object.
final class TestCertificates: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// Makes the CA `name.pem`.
    func makeAuthority(_ name: String) throws {
        try openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"))
    }

    /// Makes `name.pem` and `name.key`.
    ///
    /// - Parameters:
    ///   - name: The files' name.
    ///   - authority: The CA that signs.
    ///   - alternatives: What the certificate is for.
    ///   - days: How long it is valid; less than 0 if it no longer is.
    /// - Returns: The files, with no CA.
    /// - Throws: ``OpenSSLFailed``.
    func make(
        _ name: String, by authority: String, for alternatives: String = "IP:127.0.0.1", days: Int = 1
    ) throws -> TLSFiles {
        try openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", path("\(name).key"), "-out", path("\(name).csr"))
        try Data("subjectAltName=\(alternatives)\n".utf8).write(to: URL(fileURLWithPath: path("\(name).ext")))
        try openssl(
            "x509", "-req", "-in", path("\(name).csr"), "-days", "\(days)", "-CAcreateserial",
            "-CA", path("\(authority).pem"), "-CAkey", path("\(authority).key"), "-extfile", path("\(name).ext"),
            "-out", path("\(name).pem"))
        return TLSFiles(certificate: path("\(name).pem"), key: path("\(name).key"))
    }

    private func openssl(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw OpenSSLFailed(message: text) }
    }

    struct OpenSSLFailed: Error {
        var message: String
    }
}

extension TLSFiles {
    func trusting(_ authorities: String) -> TLSFiles {
        TLSFiles(certificate: certificate, key: key, authorities: authorities)
    }
}
