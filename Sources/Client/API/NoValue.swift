/// The input of a workflow that takes none, and the output of one that returns nothing: `null` in JSON.
public struct NoValue: Codable, Sendable, Hashable {
    public init() {}

    public init(from decoder: any Decoder) throws {}

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
