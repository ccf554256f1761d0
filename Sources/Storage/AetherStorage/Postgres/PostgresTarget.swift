internal import CPostgres
internal import Foundation

/// Which database to connect to, and how: what a URL says, as libpq reads it, and what Aether adds where the URL and the
/// environment say nothing.
struct PostgresTarget: Sendable {
    /// libpq's keywords and their values (https://www.postgresql.org/docs/current/libpq-connect.html).
    private(set) var parameters: [(keyword: String, value: String)]
    /// The database as messages name it: without a password.
    let name: String

    /// What is better than libpq's default for a server that must notice when the database is gone. Milliseconds for the last.
    private static let defaults: [(keyword: String, value: String)] = [
        ("application_name", "aether"), ("connect_timeout", "5"), ("keepalives_idle", "10"),
        ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "20000"),
    ]

    /// Reads `postgres://…`, `postgresql://…` or `keyword=value` pairs.
    ///
    /// - Throws: ``StoreError/Code/inaccessible`` when libpq is not installed or can't read the text. The message does not
    ///   have the text, which may have a password.
    init(_ url: String) throws(StoreError) {
        if let reason = pq_load() {
            throw StoreError(
                code: .inaccessible, message: "can't open a PostgreSQL database: \(String(cString: reason))")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = pq_parse(url, &message) else {
            let detail = message.map { Self.withoutQuotations(String(cString: $0)) } ?? "it has no memory left"
            pq_free(message)
            throw StoreError(code: .inaccessible, message: "can't read the PostgreSQL database's URL: \(detail)")
        }
        defer { pq_free_options(options) }
        var given: [(keyword: String, value: String)] = []
        var isLeft: [String: Bool] = [:]
        var option = options
        while let keyword = option.pointee.keyword.map({ String(cString: $0) }) {
            if let value = option.pointee.value { given.append((keyword, String(cString: value))) }
            let variable = option.pointee.variable.map { String(cString: $0) }
            let isInEnvironment = variable.map { ProcessInfo.processInfo.environment[$0] != nil } ?? false
            isLeft[keyword] = option.pointee.value == nil && !isInEnvironment
            option = option.advanced(by: 1)
        }
        for (keyword, value) in Self.defaults where isLeft[keyword] == true { given.append((keyword, value)) }
        // Last, so that it holds whatever the URL says: ids and types are UTF-8.
        given.removeAll { $0.keyword == "client_encoding" }
        given.append(("client_encoding", "UTF8"))
        parameters = given
        name = Self.name(of: given)
    }

    private static func name(of parameters: [(keyword: String, value: String)]) -> String {
        func value(_ keyword: String) -> String? { parameters.first { $0.keyword == keyword }?.value }
        let user = value("user").map { $0 + "@" } ?? ""
        let host = value("host") ?? value("hostaddr") ?? ""
        let port = value("port").map { ":" + $0 } ?? ""
        return "postgres://\(user)\(host)\(port)/\(value("dbname") ?? "")"
    }

    /// libpq quotes what it can't read, and that may be a password.
    private static func withoutQuotations(_ message: String) -> String {
        let parts = message.split(separator: "\"", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0.offset % 2 == 0 ? String($0.element) : "…" }.joined(separator: "\"")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
