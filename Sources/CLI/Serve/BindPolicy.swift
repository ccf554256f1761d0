/// Who may reach the server: everyone who reaches its address, as long as there are neither TLS nor tokens.
enum BindPolicy {
    /// Refuses an address that other machines reach.
    ///
    /// - Parameters:
    ///   - host: What `--host` says.
    ///   - isInsecureAllowed: Whether `--insecure` was given.
    /// - Throws: ``CommandFailure`` that names both ways out.
    static func check(host: String, isInsecureAllowed: Bool) throws(CommandFailure) {
        guard !isLoopback(host), !isInsecureAllowed else { return }
        throw CommandFailure(
            "refusing to listen on \(host): without TLS and tokens whoever reaches it can run and read workflows; use "
                + "127.0.0.1, or add --insecure if the network is trusted")
    }

    static func isLoopback(_ host: String) -> Bool {
        if host == "::1" || host.lowercased() == "localhost" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
    }
}
