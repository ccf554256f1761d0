/// What a store has written since it was opened.
public struct StoreStatistics: Sendable, Hashable {
    /// Committed batches.
    public var commits = 0
    /// Journal entries in them.
    public var entries = 0
    /// The size of these entries in bytes, as encoded.
    public var bytes = 0

    public init() {}
}
