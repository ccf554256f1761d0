/// A JSON value that keeps what it was read from: the order of an object's members, the digits of a number.
package indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// As it was written: `1`, `1.0` and `1e0` stay what they are, and no digit is lost.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }

    package static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// `null` for an empty text: proto3's way to say that there is none.
    package static func textOrNull(_ text: String) -> JSONValue { text.isEmpty ? .null : .string(text) }

    /// Bytes which ought to be JSON. Empty is `null`; what isn't JSON after all is shown as a string.
    package init(payload: some Collection<UInt8>) {
        guard !payload.isEmpty else {
            self = .null
            return
        }
        self = (try? JSONParser.parse(payload)) ?? .string(String(decoding: payload, as: UTF8.self))
    }
}
