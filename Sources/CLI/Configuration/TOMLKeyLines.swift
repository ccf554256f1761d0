internal import Foundation

/// On which line of a TOML text each table and each key stands. The parser knows only where a syntax error is.
///
/// Reads line by line, which is enough to point at a line of a file that parsed: a line within a multi-line string may
/// be taken for a key, and then is one that nobody asks for.
struct TOMLKeyLines {
    private var lines: [[String]: Int] = [:]

    init(_ text: String) {
        var table: [String] = []
        for (position, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.hasPrefix("[") {
                table = Self.path(line.drop { $0 == "[" }.prefix { $0 != "]" })
                note(table, position + 1)
            } else if !line.hasPrefix("#"), let equals = line.firstIndex(of: "=") {
                let path = table + Self.path(line[..<equals])
                for count in path.indices { note(Array(path[...count]), position + 1) }
            }
        }
    }

    /// The line, counted from 1, of a table or key, by its path from the root.
    subscript(path: [String]) -> Int? { lines[path] }

    private mutating func note(_ path: [String], _ line: Int) {
        if lines[path] == nil { lines[path] = line }
    }

    private static func path(_ text: Substring) -> [String] {
        text.split(separator: ".").map { part in
            part.trimmingCharacters(in: .whitespaces).trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        }
    }
}
