extension JSONValue {
    /// In one line without spaces, `/` as it is, members in their order.
    package var text: String { serialized(sorted: false) }

    /// The form in which every SDK sends a value, so that equal values are equal bytes: no spaces, members sorted by
    /// name, no `\/`.
    package var canonicalText: String { serialized(sorted: true) }

    private func serialized(sorted: Bool) -> String {
        var text = ""
        append(to: &text, sorted: sorted)
        return text
    }

    private func append(to text: inout String, sorted: Bool) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let digits): text += digits
        case .string(let value): Self.append(value, to: &text)
        case .array(let values):
            text += "["
            for (position, value) in values.enumerated() {
                if position > 0 { text += "," }
                value.append(to: &text, sorted: sorted)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (position, member) in (sorted ? members.sorted { $0.name < $1.name } : members).enumerated() {
                if position > 0 { text += "," }
                Self.append(member.name, to: &text)
                text += ":"
                member.value.append(to: &text, sorted: sorted)
            }
            text += "}"
        }
    }

    private static func append(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\u{c}": text += "\\f"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
