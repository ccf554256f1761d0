/// Where a run's code and its journal differ, so that the worker can't go on with it.
public struct Blockage: Sendable, Hashable {
    /// The place in the journal of what the code did not call.
    public var sequence: UInt64
    /// What the journal has there: the key of an operation, or a version.
    public var expected: String
    /// What the code called that the journal does not have, keys or versions; none when it called nothing more.
    public var found: [String]

    public init(sequence: UInt64, expected: String, found: [String]) {
        self.sequence = sequence
        self.expected = expected
        self.found = found
    }
}

extension Blockage: CustomStringConvertible {
    public var description: String {
        let found = found.isEmpty ? "nothing more" : found.joined(separator: ", ")
        return "at entry \(sequence) the journal has \(expected), the code called \(found)"
    }
}
