/// Reads the part of TOML 1.0 (https://toml.io/en/v1.0.0) that `aether.toml` needs: tables, dotted keys, strings on one line,
/// numbers without exponents, booleans, arrays, comments. What else TOML has is no setting's value, and an error.
///
/// Not TOMLKit: the parser in it, toml++, ends the process at much of what is wrong in a file (`hosts = [ }`, `[é]`) and does not say
/// on which line a key stands.
struct TOMLReader {
    /// A key with its tables and its value, or a table that begins; and the line, counted from 1.
    struct Item: Equatable {
        var path: [String]
        /// `nil` for a table.
        var value: Value?
        var line: Int
    }

    indirect enum Value: Equatable {
        case string(String)
        case integer(String)
        case float(String)
        case boolean(Bool)
        case array([Value])

        /// What it is called in an error.
        var name: String {
            switch self {
            case .string: "string"
            case .integer: "integer"
            case .float: "float"
            case .boolean: "bool"
            case .array: "array"
            }
        }
    }

    /// What is wrong with a text, and on which line.
    struct Problem: Error, Equatable {
        var line: Int
        var message: String
    }

    private var rest: Substring.UnicodeScalarView
    private var line = 1
    private var items: [Item] = []
    private var known: Set<[String]> = []
    private var table: [String] = []

    /// - Returns: what a text has, in its order.
    /// - Throws: ``Problem``.
    static func items(of text: String) throws(Problem) -> [Item] {
        var reader = TOMLReader(rest: text[...].unicodeScalars)
        // Some editors begin a file with a byte order mark.
        if reader.rest.first == "\u{feff}" { reader.rest.removeFirst() }
        while try reader.readLine() {}
        return reader.items
    }

    private init(rest: Substring.UnicodeScalarView) {
        self.rest = rest
    }

    private func problem(_ message: String) -> Problem { Problem(line: line, message: message) }

    // MARK: Lines

    /// - Returns: whether there was one.
    private mutating func readLine() throws(Problem) -> Bool {
        skipBlanks()
        guard let first = rest.first else { return false }
        switch first {
        case "#", "\n", "\r": break
        case "[": try readHeader()
        default: try readPair()
        }
        try endLine()
        return true
    }

    private mutating func readHeader() throws(Problem) {
        rest.removeFirst()
        if rest.first == "[" { throw problem("there are no arrays of tables here; write [table]") }
        table = try readKey()
        guard take("]") else { throw problem("a table's name ends with ']'; \(found)") }
        try add(Item(path: table, value: nil, line: line))
    }

    private mutating func readPair() throws(Problem) {
        let key = try readKey()
        guard take("=") else { throw problem("'=' follows a key; \(found)") }
        skipBlanks()
        let start = line
        try add(Item(path: table + key, value: try readValue(), line: start))
    }

    private mutating func add(_ item: Item) throws(Problem) {
        guard known.insert(item.path).inserted else { throw problem("\(name(item.path)) is there already") }
        items.append(item)
    }

    private mutating func endLine() throws(Problem) {
        skipBlanks()
        if rest.first == "#" { try skipComment() }
        if rest.first == "\r", rest.dropFirst().first == "\n" { rest.removeFirst() }
        guard let end = rest.first else { return }
        guard end == "\n" else { throw problem("a line holds one key and its value, or one table; \(found)") }
        rest.removeFirst()
        line += 1
    }

    // MARK: Keys

    /// Names with dots between them.
    private mutating func readKey() throws(Problem) -> [String] {
        var path: [String] = []
        repeat {
            skipBlanks()
            path.append(try readName())
            skipBlanks()
        } while take(".")
        return path
    }

    private mutating func readName() throws(Problem) -> String {
        if let first = rest.first, first == "\"" || first == "'" { return try readString() }
        let name = rest.prefix(while: Self.isBare)
        guard !name.isEmpty else {
            throw problem("a name of letters, digits, '_' and '-' is expected, or one in quotes; \(found)")
        }
        rest = rest[name.endIndex...]
        return String(String.UnicodeScalarView(name))
    }

    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
        default: false
        }
    }

    private func name(_ path: [String]) -> String { path.map { Cell.visible($0) }.joined(separator: ".") }

    // MARK: Values

    private mutating func readValue() throws(Problem) -> Value {
        switch rest.first {
        case "\"", "'": return .string(try readString())
        case "[": return .array(try readArray())
        default: break
        }
        let word = rest.prefix { Self.isBare($0) || $0 == "+" || $0 == "." || $0 == ":" }
        let text = String(String.UnicodeScalarView(word))
        guard let value = Self.value(text) else {
            let what = text.isEmpty ? found : "'\(text)' is none"
            throw problem("a value is a text in quotes, a number, true, false, or an array of them; \(what)")
        }
        rest = rest[word.endIndex...]
        return value
    }

    private static func value(_ word: String) -> Value? {
        if word == "true" || word == "false" { return .boolean(word == "true") }
        let unsigned = word.drop { $0 == "+" || $0 == "-" }
        guard word.count - unsigned.count <= 1 else { return nil }
        let sign = word.hasPrefix("-") ? "-" : ""
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first.flatMap(digits), whole.count == 1 || !whole.hasPrefix("0")
        else {
            return nil
        }
        if parts.count == 1 { return .integer(sign + whole) }
        return digits(parts[1]).map { .float("\(sign)\(whole).\($0)") }
    }

    /// Digits, without the `_` that may stand between two of them.
    private static func digits(_ text: Substring) -> String? {
        guard let first = text.utf8.first, first != UInt8(ascii: "_"), text.utf8.last != UInt8(ascii: "_"),
            !text.contains("__"),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_") })
        else { return nil }
        return text.filter { $0 != "_" }
    }

    private mutating func readArray() throws(Problem) -> [Value] {
        rest.removeFirst()
        var values: [Value] = []
        while true {
            try skipLinesInArray()
            if take("]") { return values }
            if rest.first == "[" { throw problem("an array has no arrays in it here") }
            values.append(try readValue())
            try skipLinesInArray()
            if take("]") { return values }
            guard take(",") else { throw problem("',' or ']' follows a value in an array; \(found)") }
        }
    }

    private mutating func skipLinesInArray() throws(Problem) {
        while true {
            skipBlanks()
            switch rest.first {
            case "#", "\n", "\r": try endLine()
            default: return
            }
        }
    }

    /// A string on one line; `'` takes all as it is.
    private mutating func readString() throws(Problem) -> String {
        let quote = rest.removeFirst()
        if rest.starts(with: [quote, quote]) { throw problem("there are no strings of several lines here") }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case quote: return String(text)
            case "\\" where quote == "\"": text.append(try readEscape())
            case "\t": text.append(scalar)
            case _ where scalar.properties.generalCategory == .control: throw unended(scalar)
            default: text.append(scalar)
            }
        }
        throw problem("a string has no end: \(quote) is missing")
    }

    private func unended(_ scalar: Unicode.Scalar) -> Problem {
        scalar == "\n" || scalar == "\r"
            ? problem("a string has no end on its line")
            : problem("there is a control character in a string: \(Cell.visible(String(scalar)))")
    }

    private mutating func readEscape() throws(Problem) -> Unicode.Scalar {
        switch rest.popFirst() {
        case "b": return "\u{8}"
        case "t": return "\t"
        case "n": return "\n"
        case "f": return "\u{c}"
        case "r": return "\r"
        case "\"": return "\""
        case "\\": return "\\"
        case "u": return try readCodePoint(digits: 4)
        case "U": return try readCodePoint(digits: 8)
        default:
            throw problem("\\ is followed by b, t, n, f, r, \", \\, u or U in a string; write '…' to have it as it is")
        }
    }

    private mutating func readCodePoint(digits: Int) throws(Problem) -> Unicode.Scalar {
        let text = String(String.UnicodeScalarView(rest.prefix(digits)))
        guard text.utf8.count == digits, !text.hasPrefix("+"), !text.hasPrefix("-"),
            let number = UInt32(text, radix: 16),
            let scalar = Unicode.Scalar(number)
        else { throw problem("\\u takes 4 hexadecimal digits of a character, \\U takes 8") }
        rest.removeFirst(digits)
        return scalar
    }

    // MARK: Characters

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == " " || $0 == "\t" }
    }

    private mutating func skipComment() throws(Problem) {
        while let scalar = rest.first, scalar != "\n", scalar != "\r" {
            if scalar == "\0" { throw problem("there is a NUL character") }
            rest.removeFirst()
        }
    }

    /// What comes next, for an error.
    private var found: String {
        switch rest.first {
        case nil: "the file ends here"
        case "\n", "\r": "the line ends here"
        case let scalar?: "'\(Cell.visible(String(scalar)))' is here"
        }
    }
}
