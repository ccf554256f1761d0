import AetherStorage
import Foundation

/// A file of records, one behind the other: the length of the record, a checksum, and the record as JSON. Each is on the disk
/// when ``append(_:)`` returns.
final class LogFile {
    private let path: String
    private var descriptor: Int32
    /// Where the last record that was written whole ends.
    private var end: Int64 = 0
    private var isOpen = true

    private static let headerSize = 12

    init(path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.error(.inaccessible, "can't open \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close()
            throw StoreError(code: .inUse, message: "\(path) is in use by another process; stop that one")
        }
    }

    deinit {
        close()
    }

    /// Everything in the file. What a crash has left unfinished at its end is cut off: nobody was told that it is there.
    func records() throws(StoreError) -> [LogRecord] {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Self.error(.inaccessible, "can't read \(path)")
        }
        var records: [LogRecord] = []
        while bytes.count - Int(end) >= Self.headerSize {
            let header = bytes.dropFirst(Int(end)).prefix(Self.headerSize)
            let size = Int(header.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            let body = bytes.dropFirst(Int(end) + Self.headerSize).prefix(size)
            guard body.count == size, Self.header(of: body) == Data(header) else { break }
            do {
                records.append(try JSONDecoder().decode(LogRecord.self, from: body))
            } catch {
                throw StoreError(code: .corrupt, message: "\(path) is damaged at byte \(end): \(error)")
            }
            end += Int64(Self.headerSize + size)
        }
        try cut()
        return records
    }

    func append(_ record: LogRecord) throws(StoreError) {
        try refuseIfClosed()
        let body: Data
        do {
            body = try JSONEncoder().encode(record)
        } catch {
            throw StoreError(code: .corrupt, message: "can't encode a record: \(error)")
        }
        // Behind a write that failed may be a part of it.
        try cut()
        try write(Self.header(of: body) + body)
        end += Int64(Self.headerSize + body.count)
    }

    /// Tries whether there is room, and leaves everything as it was.
    func probe() throws(StoreError) {
        try refuseIfClosed()
        try write(Data(count: 1 << 16))
        try cut()
    }

    func close() {
        guard isOpen else { return }
        isOpen = false
        // The lock goes with it.
        if descriptor >= 0 { Foundation.close(descriptor) }
    }

    private func write(_ data: Data) throws(StoreError) {
        var written = 0
        while written < data.count {
            let count = data.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(end) + off_t(written))
            }
            guard count > 0 else { throw Self.error(.unwritable, "can't write to \(path)") }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw Self.error(.unwritable, "can't write \(path) to the disk") }
    }

    /// Removes what is behind the last whole record.
    private func cut() throws(StoreError) {
        guard ftruncate(descriptor, off_t(end)) == 0 else { throw Self.error(.unwritable, "can't cut \(path)") }
    }

    private func refuseIfClosed() throws(StoreError) {
        guard isOpen else { throw StoreError(code: .closed, message: "\(path) is closed") }
    }

    private static func error(_ code: StoreError.Code, _ what: String) -> StoreError {
        StoreError(code: code, message: "\(what): \(String(cString: strerror(errno)))")
    }

    /// The length in four bytes and the checksum in eight: FNV-1a (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv).
    private static func header(of body: Data) -> Data {
        let checksum = body.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let size = UInt32(body.count)
        return Data((0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) })
            + Data((0..<8).map { UInt8(truncatingIfNeeded: checksum >> (56 - 8 * $0)) })
    }
}
