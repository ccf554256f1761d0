/// A key of `aether.toml`, in its table.
struct FileKey: Hashable, Sendable, CustomStringConvertible {
    var table: String
    var key: String

    var description: String { "\(key) in [\(table)]" }

    /// The tables there are, each once.
    static var tables: [String] {
        Setting.allCases.reduce(into: []) { tables, setting in
            if !tables.contains(setting.fileKey.table) { tables.append(setting.fileKey.table) }
        }
    }

    static func keys(of table: String) -> [String] {
        Setting.allCases.flatMap(\.fileKeys).filter { $0.table == table }.map(\.key)
    }
}
