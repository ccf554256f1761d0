internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The right to be the only server on a database: a lock on a file beside it, `<database>.lock`.
///
/// It is a `flock` lock, which belongs to the open file: it vanishes with the process however that ends, and it also
/// keeps out a second store in the same process, which an `fcntl` lock would not. It is not a lock on the database
/// itself, so that `sqlite3` and backups can read meanwhile. The file stays when the lock goes: deleting it would let
/// two servers lock two different files of that name.
final class DatabaseLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or tells who has it.
    ///
    /// - Parameters:
    ///   - path: the database.
    ///   - remedy: what to do when somebody has it.
    /// - Throws: ``StoreError/Code/inUse`` with the process id of the owner, ``StoreError/Code/inaccessible`` when the
    ///   file can't be made.
    init(
        database path: String, remedy: String = "stop that server, or choose another --db"
    ) throws(StoreError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StoreError(
                code: .inaccessible,
                message: "can't open \(lockPath): \(String(cString: strerror(errno))); "
                    + "the server must be able to write in the database's directory")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.owner(descriptor)
            close(descriptor)
            throw StoreError(
                code: .inUse,
                message: "the database \(path) is in use by \(owner); \(remedy)")
        }
        self.descriptor = descriptor
        let line = Array("\(getpid())\n".utf8)
        ftruncate(descriptor, 0)
        _ = line.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        close(descriptor)
    }

    private static func owner(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        guard let process = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) else { return "another server" }
        return "another server (process \(process))"
    }
}
