internal import FoundationEssentials

/// Values as JSON, encoded canonically: equal values give equal bytes, in every process.
///
/// Sorted keys, no spaces, no escaped slashes, ISO 8601 dates, base64 data; nothing reads as `null`.
package enum ValueCoding {
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        encoder.dataEncodingStrategy = .base64
        return encoder
    }()

    private static let decoder: JSONDecoder = {
        let decoder = JSONDecoder()
        // Other languages write parts of a second too.
        decoder.dateDecodingStrategy = .custom(date)
        decoder.dataDecodingStrategy = .base64
        return decoder
    }()

    private static func date(from decoder: any Decoder) throws -> Date {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        for hasFraction in [false, true] {
            if let date = try? Date.ISO8601FormatStyle(includingFractionalSeconds: hasFraction).parse(text) {
                return date
            }
        }
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(text)\" is no ISO 8601 date")
    }

    private static let null = Array("null".utf8)

    package static func encode<Value: Encodable>(_ value: Value) throws -> [UInt8] {
        if Value.self == NoValue.self { return null }
        return try encoder.encode(value).withUnsafeBytes { Array($0) }
    }

    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        if let nothing = NoValue() as? Value { return nothing }
        return try (bytes.isEmpty ? null : bytes).withUnsafeBytes { bytes in
            guard let address = bytes.baseAddress else { return try decoder.decode(type, from: Data(bytes)) }
            // Safe: the decoder only reads, and keeps nothing of it; what it decodes are copies.
            let view = Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: address), count: bytes.count, deallocator: .none)
            return try decoder.decode(type, from: view)
        }
    }
}
