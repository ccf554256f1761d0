internal import CPostgres

/// The rows that a statement returned, in binary formats. Rows and columns count from 0.
///
/// Not `Sendable`: it stays where its connection is.
final class PostgresRows {
    private let result: OpaquePointer
    let count: Int

    /// Takes over a result, which is released with this.
    init(_ result: OpaquePointer) {
        self.result = result
        count = Int(pq_rows(result))
    }

    deinit {
        pq_clear(result)
    }

    /// An integer of any width, or a boolean as 0 or 1; 0 for NULL.
    func integer(_ row: Int, _ column: Int) -> Int64 {
        let bytes = content(row, column)
        var value: Int64 = bytes.first.map { $0 & 0x80 != 0 && bytes.count > 1 ? -1 : 0 } ?? 0
        for byte in bytes { value = value << 8 | Int64(byte) }
        return value
    }

    func optionalInteger(_ row: Int, _ column: Int) -> Int64? {
        pq_is_null(result, Int32(row), Int32(column)) ? nil : integer(row, column)
    }

    func text(_ row: Int, _ column: Int) -> String {
        String(decoding: content(row, column), as: UTF8.self)
    }

    func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        Array(content(row, column))
    }

    /// Belongs to libpq, and lives as long as the result.
    private func content(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer {
        let start = pq_value(result, Int32(row), Int32(column))
        return UnsafeRawBufferPointer(start: start, count: Int(pq_length(result, Int32(row), Int32(column))))
    }
}
