/// One field of a table. Its text is safe for a terminal: what users wrote can't move the cursor.
struct Cell: Sendable, Hashable, ExpressibleByStringLiteral {
    let text: String
    let style: Style

    init(_ text: String, style: Style = .plain) {
        self.text = Self.visible(text)
        self.style = style
    }

    init(stringLiteral text: String) {
        self.init(text)
    }

    /// The text in one line, its control characters written out.
    static func visible(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .lineSeparator
            || scalar.properties.generalCategory == .paragraphSeparator
    }
}
