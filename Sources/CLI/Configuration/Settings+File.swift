internal import Foundation

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
        for item in try Self.parse(text, file: file) {
            let place = "\(file):\(item.line)"
            guard item.path.count > 1 || item.value == nil else {
                throw CommandFailure(
                    "\(place): the key \(Cell.visible(item.path[0])) stands in no table; \(Self.knownTables)")
            }
            let table = item.value == nil ? item.path.joined(separator: ".") : item.path[0]
            guard FileKey.tables.contains(table) else {
                throw CommandFailure("\(place): there is no table [\(Cell.visible(table))]; \(Self.knownTables)")
            }
            guard let value = item.value else { continue }
            try read(value, at: FileKey(table: table, key: item.path.dropFirst().joined(separator: ".")), place: place)
        }
    }

    private static func parse(_ text: String, file: String) throws(CommandFailure) -> [TOMLReader.Item] {
        do throws(TOMLReader.Problem) {
            return try TOMLReader.items(of: text)
        } catch {
            throw CommandFailure("\(file):\(error.line): \(error.message)")
        }
    }

    private mutating func read(_ value: TOMLReader.Value, at key: FileKey, place: String) throws(CommandFailure) {
        guard let setting = Setting.allCases.first(where: { $0.fileKeys.contains(key) }) else {
            let known = FileKey.keys(of: key.table).joined(separator: ", ")
            throw CommandFailure("\(place): there is no key \(Cell.visible("\(key)")); it has \(known)")
        }
        let text: String? =
            switch (setting.kind, value) {
            case (.text, .string(let text)), (.integer, .integer(let text)): text
            case (.number, .integer(let text)), (.number, .float(let text)): text
            case (.boolean, .boolean(let isOn)): "\(isOn)"
            case (.list, .array(let values)): Self.commaSeparated(values)
            default: nil
            }
        guard let text else {
            throw CommandFailure("\(place): \(key) must be \(setting.kind.rawValue), and is of type \(value.name)")
        }
        if let other = self[setting] {
            throw CommandFailure(
                "\(place): \(key) says anew what is said already, at \(other.origin); keep one of them")
        }
        self[setting] = SettingValue(text: text, origin: "\(place): \(key)")
    }

    private static func commaSeparated(_ values: [TOMLReader.Value]) -> String? {
        let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
        return texts.count == values.count ? texts.joined(separator: ",") : nil
    }

    private static var knownTables: String {
        "the tables are " + FileKey.tables.map { "[\($0)]" }.joined(separator: ", ")
    }
}
