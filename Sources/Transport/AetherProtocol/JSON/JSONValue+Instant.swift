package import AetherJSON
internal import AetherRuntime

extension JSONValue {
    /// A wire timestamp as ISO 8601; `null` for "not yet".
    package static func instant(_ milliseconds: Int64) -> JSONValue {
        milliseconds == 0 ? .null : .string(Timestamp(millisecondsSinceEpoch: milliseconds).iso8601)
    }
}
