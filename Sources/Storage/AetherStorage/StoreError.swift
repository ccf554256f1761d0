/// A store that can't do what it was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is: decides what the engine does.
    public enum Code: Sendable, Hashable {
        /// The database is in use by another server; if servers share it, one that says it has this one's address.
        case inUse
        /// The server's lease on a database that servers share was over: others may own its shards, and it has to join anew.
        case evicted
        /// The database was written by a newer version.
        case newerVersion
        /// The file is no database, or it is damaged.
        case corrupt
        /// The place can't be read or written: permissions, a missing directory.
        case inaccessible
        /// A write failed for now (a full disk, an I/O error): the engine turns read-only and tries again.
        case unwritable
        /// A commit was sent, and nobody knows whether it is there: the engine turns read-only and asks for the same commit again.
        case unsettled
        /// The store is closed.
        case closed
    }

    public var code: Code
    /// What happened, to which file, and what to do.
    public var message: String

    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
