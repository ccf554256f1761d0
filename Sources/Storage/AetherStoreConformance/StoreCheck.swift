/// One rule of the store's contract.
public struct StoreCheck: Sendable, CustomStringConvertible {
    /// A sentence that states the rule.
    public var name: String
    var body: @Sendable (StoreConformance) async throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (StoreConformance) async throws -> Void) {
        self.name = name
        self.body = body
    }

    public var description: String { name }
}
