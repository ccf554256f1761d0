/// Rows for a table in the binary format of PostgreSQL's COPY (https://www.postgresql.org/docs/current/sql-copy.html): each is
/// the number of its fields, and then each field behind its length, which is -1 for NULL.
struct CopyRows {
    /// What comes before the first row.
    static let beginning = CopyRows(
        bytes: Array("PGCOPY\n".utf8) + [0xff] + Array("\r\n\0".utf8) + [UInt8](repeating: 0, count: 8))
    /// What comes behind the last.
    static let end = CopyRows(bytes: [0xff, 0xff])

    private var bytes: [UInt8] = []

    init() {}

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var byteCount: Int { bytes.count }

    /// What there is; nothing is left.
    mutating func takeBytes() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }

    /// So many fields follow.
    mutating func beginRow(fields: Int16) {
        append(fields)
    }

    mutating func add(_ value: some FixedWidthInteger) {
        append(Int32(value.bitWidth / 8))
        append(value)
    }

    mutating func add(_ value: Int64?) {
        guard let value else { return append(-1 as Int32) }
        add(value)
    }

    mutating func add(_ value: Bool) {
        add(value ? 1 : 0 as UInt8)
    }

    mutating func add(_ text: String) {
        append(Int32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    mutating func add(_ value: [UInt8]) {
        append(Int32(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
