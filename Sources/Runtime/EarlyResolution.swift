/// Where among a run's entries, and when, its worker went on with the outcome of a step that was not in the journal yet.
///
/// The entry stands where the server put it; a replay goes on with it where the worker did.
public struct EarlyResolution: Sendable, Hashable {
    /// The last entry in its own place that the run had seen.
    public var behind: UInt64
    /// The time that the run went on with.
    public var time: Timestamp

    public init(behind: UInt64, time: Timestamp) {
        self.behind = behind
        self.time = time
    }

    /// - Returns: `nil` for the fields of an entry or record that resolved nothing early.
    package init?(behind: UInt64, at time: Int64) {
        guard behind > 0 else { return nil }
        self.init(behind: behind, time: Timestamp(rawValue: time))
    }
}
