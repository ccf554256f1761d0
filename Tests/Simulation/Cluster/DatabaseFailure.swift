import AetherStorage

/// Why the shared database did not do what a server asked for.
enum DatabaseFailure: Error {
    /// There is no connection, or it broke: what was sent may have been done or not.
    case lost
    /// Nothing was done.
    case refused
    /// The node was evicted.
    case fenced
    /// There is no node yet.
    case unjoined
    case addressInUse
    /// A write of a shard that the server does not serve.
    case unserved

    var asStoreError: StoreError {
        switch self {
        case .lost: StoreError(code: .unwritable, message: "the database can't be reached")
        case .refused: StoreError(code: .unwritable, message: "the disk is full")
        case .fenced: StoreError(code: .evicted, message: "the lease was over")
        case .unjoined: StoreError(code: .unwritable, message: "the server has not joined yet")
        case .addressInUse: StoreError(code: .inUse, message: "another server has the address")
        case .unserved: StoreError(code: .evicted, message: "the workflow is another server's")
        }
    }
}
