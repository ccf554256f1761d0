/// What steps and activities throw that a test lets fail; see ``TestEnvironment/fail(step:times:with:)``.
public struct InjectedFault: Error, CustomStringConvertible, Hashable {
    public init() {}

    public var description: String { "the test lets it fail" }
}
