internal import AetherJSON
internal import AetherRuntime
internal import Logging

/// A message as a JSON object in one line: `time`, `level`, `message`, `label`, then what goes with it, sorted by name.
struct JSONLogLine: LogLine {
    private static let own: Set<String> = ["time", "level", "message", "label"]

    func text(_ record: LogRecord) -> String {
        var members: [JSONValue.Member] = [
            .init(name: "time", value: .string(record.time.iso8601)),
            .init(name: "level", value: .string(record.level.rawValue)),
            .init(name: "message", value: .string(record.message)),
            .init(name: "label", value: .string(record.label)),
        ]
        for (name, value) in record.metadata.sorted(by: { $0.key < $1.key }) {
            // An object has each name once.
            members.append(.init(name: Self.own.contains(name) ? name + "_" : name, value: JSONValue(value)))
        }
        return JSONValue.object(members).text + "\n"
    }
}

extension JSONValue {
    /// Numbers and truths that are given as such stay what they are; all else is text.
    fileprivate init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let number as any BinaryInteger): self = .number("\(number)")
        case .stringConvertible(let isTrue as Bool): self = .bool(isTrue)
        case .stringConvertible(let other): self = .string(other.description)
        case .array(let values): self = .array(values.map { JSONValue($0) })
        case .dictionary(let values):
            self = .object(
                values.sorted { $0.key < $1.key }.map { Member(name: $0.key, value: JSONValue($0.value)) })
        }
    }
}
