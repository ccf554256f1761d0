/// One of the servers that share a database.
public struct ClusterNode: Hashable, Sendable {
    /// Random for each process that joins: whoever comes back is another one.
    public var id: String
    /// Where the others reach it, host:port. No two that live have the same.
    public var address: String
    /// The version of its program.
    public var version: String

    public init(id: String, address: String, version: String) {
        self.id = id
        self.address = address
        self.version = version
    }
}
