/// Where a server's database is.
package enum DatabaseLocation: Sendable, Hashable {
    /// A SQLite file; its directory is made when it isn't there.
    case file(String)
    /// The URL of a PostgreSQL database. It may have a password in it: print the store's name instead.
    case postgres(String)

    /// Reads a path or a URL as people write it.
    package init(_ text: String) {
        let isURL = ["postgres://", "postgresql://"].contains { text.lowercased().hasPrefix($0) }
        self = isURL ? .postgres(text) : .file(text)
    }
}
