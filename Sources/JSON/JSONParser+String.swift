extension JSONParser {
    /// Reads a string whose opening quote is at the position.
    mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        var result: [UInt8] = []
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: result, as: UTF8.self) else { throw error("the text isn't UTF-8") }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                result += try escape().utf8
            case 0..<0x20:
                throw error(
                    "a control character must be written as \\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))")
            default:
                result.append(byte)
                position += 1
            }
        }
        throw error("the closing double quote is missing")
    }

    private mutating func escape() throws(JSONSyntaxError) -> String {
        let start = position
        position += 1
        guard let kind = peek else { throw error("the escape is cut off") }
        position += 1
        switch kind {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return String(try unicodeEscape(start: start))
        default:
            position = start
            throw error("there is no escape \\\(Character(Unicode.Scalar(kind)))")
        }
    }

    /// Four hex digits, or two times four when they are a surrogate pair.
    private mutating func unicodeEscape(start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        var unit = try hexUnit()
        if (0xd800..<0xdc00).contains(unit), take("\\"), take("u") {
            let low = try hexUnit()
            if (0xdc00..<0xe000).contains(low) { unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) }
        }
        guard let scalar = Unicode.Scalar(unit) else {
            position = start
            throw error("half a surrogate pair is no character")
        }
        return scalar
    }

    private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error("expected four hex digits and found \(found)")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
