/// What identifies one operation of a run over every replay: where it was called and the how-manieth of its name it is.
///
/// Grammar: `key = (scope "/")* kind ":" name "#" occurrence`, for example `parallel:#1/0/step:charge#1`. The occurrence
/// is always written and counts from 1 per (scope, kind, name); names percent-encode `%`, `/`, `#` and `:`. The kind is
/// part of the key, so one key never means two kinds of operation.
public struct OperationKey: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Builds the key of an operation.
    ///
    /// - Parameters:
    ///   - scope: the path of the enclosing branch, without a trailing slash; empty at the top of the workflow.
    ///   - kind: the kind of operation, such as `step`.
    ///   - name: the name the developer gave; empty for kinds that have none.
    ///   - occurrence: counts from 1 over the calls of this kind and name in this scope.
    public init(scope: String, kind: String, name: String, occurrence: Int) {
        self.init(stem: Self.stem(scope: scope, kind: kind, name: name), occurrence: occurrence)
    }

    /// Builds a key from what ``stem(scope:kind:name:)`` gave.
    package init(stem: String, occurrence: Int) {
        self.init(rawValue: stem + String(occurrence))
    }

    /// What the keys of all occurrences have in common, up to the number.
    package static func stem(scope: String, kind: String, name: String) -> String {
        // Appended to, because an interpolation costs four times as much, and every call of a workflow comes here.
        var stem = scope
        if !scope.isEmpty { stem += "/" }
        stem += kind
        stem += ":"
        stem += encode(name)
        stem += "#"
        return stem
    }

    public var description: String { rawValue }

    // Identity is that of the UTF-8 bytes, as in every store and every other language: else one step's outcome would
    // answer for another's, whose name only looks the same.

    public static func == (lhs: OperationKey, rhs: OperationKey) -> Bool {
        lhs.rawValue.hasSameBytes(as: rhs.rawValue)
    }

    /// The path of the enclosing branch; empty at the top of the workflow.
    public var scope: Substring {
        guard let slash = rawValue.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return rawValue[..<slash]
    }

    /// The kind of operation, such as `step`; empty when the text is no key.
    public var kind: Substring {
        let leaf = self.leaf
        guard let colon = leaf.utf8.firstIndex(of: UInt8(ascii: ":")) else { return "" }
        return leaf[..<colon]
    }

    /// The name the developer gave, decoded.
    public var name: String {
        let leaf = self.leaf
        guard let colon = leaf.utf8.firstIndex(of: UInt8(ascii: ":")),
            let hash = leaf.utf8.lastIndex(of: UInt8(ascii: "#")), colon < hash
        else { return rawValue }
        return Self.decode(leaf[leaf.utf8.index(after: colon)..<hash])
    }

    private var leaf: Substring {
        guard let slash = rawValue.utf8.lastIndex(of: UInt8(ascii: "/")) else { return rawValue[...] }
        return rawValue[rawValue.utf8.index(after: slash)...]
    }

    private static func encode(_ name: String) -> String {
        guard name.utf8.contains(where: isReserved) else { return name }
        var encoded: [UInt8] = []
        encoded.reserveCapacity(name.utf8.count + 8)
        for byte in name.utf8 {
            if isReserved(byte) {
                encoded.append(UInt8(ascii: "%"))
                encoded.append(hexDigit(byte >> 4))
                encoded.append(hexDigit(byte & 15))
            } else {
                encoded.append(byte)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func decode(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var decoded: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(Substring(rest.prefix(2)), radix: 16) {
                decoded.append(value)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func isReserved(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "%") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: ":")
    }

    private static func hexDigit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
