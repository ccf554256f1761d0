extension JSONValue {
    /// A wire timestamp as ISO 8601; `null` for "not yet".
    static func instant(_ milliseconds: Int64) -> JSONValue {
        Instant(wire: milliseconds).map { .string($0.iso8601) } ?? .null
    }
}
