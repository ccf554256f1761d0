/// A store that broke its contract.
public struct ConformanceFailure: Error, Sendable, CustomStringConvertible {
    /// What was expected and what the store did.
    public var message: String

    public init(_ message: String) {
        self.message = message
    }

    public var description: String { message }
}

func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws(ConformanceFailure) {
    guard condition else { throw ConformanceFailure(message()) }
}

func expectEqual<Value: Equatable>(
    _ found: Value, _ expected: Value, _ what: @autoclosure () -> String
) throws(ConformanceFailure) {
    guard found != expected else { return }
    throw ConformanceFailure(
        "\(what()): expected \(String(describing: expected).prefix(600)), found \(String(describing: found).prefix(600))"
    )
}
