/// The time to wait for a signal was over before one came.
public struct SignalTimeout: Error, Sendable, Hashable, CustomStringConvertible {
    /// The signal's name.
    public var name: String
    /// How long the workflow waited.
    public var timeout: Duration

    public var description: String { "no signal \"\(name)\" came within \(timeout)" }
}
