/// An error that trying again can't help. Thrown by a step, it is recorded as such.
public struct NonRetryableError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}
