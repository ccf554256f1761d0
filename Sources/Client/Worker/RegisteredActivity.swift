/// An activity as the worker sees it: bytes in, bytes out.
protocol RegisteredActivity: Sendable {
    var name: String { get }
    /// The service whose workers may do it; `nil` for any.
    var service: String? { get }
    /// Whether this process can do it.
    var isServedHere: Bool { get }
    func execute(_ context: ActivityContext, input: [UInt8]) async throws -> [UInt8]
}
