internal import Foundation
internal import TOMLKit

extension Settings {
    /// The file read when `--config` names none.
    static let standardFile = "aether.toml"

    /// What a file sets.
    ///
    /// - Parameter path: The file named with `--config`, which must exist; `nil` for ``standardFile``, if there is one.
    /// - Throws: ``CommandFailure`` that names the file, and the line and key of what is wrong in it.
    init(file path: String?) throws(CommandFailure) {
        let name = path ?? Self.standardFile
        guard path != nil || FileManager.default.fileExists(atPath: name) else {
            self.init()
            return
        }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: name))
        } catch {
            let why = FileManager.default.fileExists(atPath: name) ? "can't be read" : "does not exist"
            throw CommandFailure("the configuration file \(name) \(why); check --config")
        }
        try self.init(contents: data, file: name)
    }

    /// What a file's bytes set.
    ///
    /// - Parameters:
    ///   - contents: The bytes.
    ///   - file: The name errors give it.
    /// - Throws: As ``init(file:)``.
    init(contents: Data, file: String) throws(CommandFailure) {
        guard let text = String(data: contents, encoding: .utf8) else {
            throw CommandFailure("\(file) isn't UTF-8 text; save it as UTF-8")
        }
        try self.init(toml: text, file: file)
    }

    /// What a TOML text sets.
    ///
    /// - Parameters:
    ///   - text: The text.
    ///   - file: The name errors give it.
    /// - Throws: As ``init(file:)``.
    init(toml text: String, file: String) throws(CommandFailure) {
        self.init()
        let root = try Self.parse(text, file: file)
        let lines = TOMLKeyLines(text)
        for table in root.keys.sorted() {
            let place = "\(file)\(Self.suffix(lines[[table]]))"
            guard let content = root[table]?.table else {
                throw CommandFailure("\(place): the key \(table) stands in no table; \(Self.knownTables)")
            }
            guard FileKey.tables.contains(table) else {
                throw CommandFailure("\(place): there is no table [\(table)]; \(Self.knownTables)")
            }
            for key in content.keys.sorted() {
                try read(
                    content[key], at: FileKey(table: table, key: key),
                    place: "\(file)\(Self.suffix(lines[[table, key]] ?? lines[[table]]))")
            }
        }
    }

    private static func parse(_ text: String, file: String) throws(CommandFailure) -> TOMLTable {
        do {
            return try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw CommandFailure(
                "\(file):\(error.source.begin.line): \(Cell.visible(error.description)) (column "
                    + "\(error.source.begin.column))")
        } catch {
            throw CommandFailure("\(file) can't be parsed: \(error)")
        }
    }

    private mutating func read(
        _ value: (any TOMLValueConvertible)?, at key: FileKey, place: String
    ) throws(CommandFailure) {
        guard let setting = Setting.allCases.first(where: { $0.fileKey == key }) else {
            let known = FileKey.keys(of: key.table).joined(separator: ", ")
            throw CommandFailure("\(place): there is no key \(key); it has \(known)")
        }
        let text: String? =
            switch setting.kind {
            case .text: value?.type == .string ? value?.string : nil
            case .integer: value?.type == .int ? value?.int.map { String($0) } : nil
            case .boolean: value?.type == .bool ? value?.bool.map { String($0) } : nil
            case .list: value?.array.flatMap(Self.commaSeparated)
            }
        guard let text else {
            let found = value.map { "\($0.type)" } ?? "nothing"
            throw CommandFailure("\(place): \(key) must be \(setting.kind.rawValue), and is of type \(found)")
        }
        self[setting] = SettingValue(text: text, origin: "\(place): \(key)")
    }

    private static func commaSeparated(_ array: TOMLArray) -> String? {
        let texts = array.compactMap(\.string)
        return texts.count == array.count ? texts.joined(separator: ",") : nil
    }

    private static var knownTables: String {
        "the tables are " + FileKey.tables.map { "[\($0)]" }.joined(separator: ", ")
    }

    private static func suffix(_ line: Int?) -> String { line.map { ":\($0)" } ?? "" }
}
