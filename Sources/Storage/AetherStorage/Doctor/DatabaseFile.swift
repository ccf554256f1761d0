internal import Foundation

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// A file that takes its place in one piece: it is made under another name beside it, brought to the disk, and then named.
struct DatabaseFile {
    /// Where it goes, absolute.
    let path: String
    /// Where it is made.
    var draft: String { "\(path).partial-\(getpid())" }

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    /// Refuses a place where nothing can be written, before anything is done.
    ///
    /// - Throws: ``StoreError``: `inaccessible`.
    func checkDirectory() throws(StoreError) {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard access(directory, W_OK | X_OK) != 0 else { return }
        throw StoreError(
            code: .inaccessible,
            message:
                "can't write in the directory \(directory): \(String(cString: strerror(errno))); choose another one")
    }

    /// Brings the draft to the disk and gives it its name. With `replaces`, a file of that name makes way.
    ///
    /// - Throws: ``StoreError``: `unwritable`.
    func publish(replaces: Bool) throws(StoreError) {
        try Self.sync(draft)
        if replaces {
            try Self.check(rename(draft, path), "name the file \(path)")
        } else {
            // A link, unlike a renaming, never takes the place of a file that came meanwhile.
            try Self.check(link(draft, path), "name the file \(path)")
            unlink(draft)
        }
        try Self.sync(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    /// Removes what was begun and did not get its name.
    func discardDraft() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) }
    }

    /// Has what was written to a file, or what was named in a directory, on the disk.
    private static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        try check(descriptor, "open \(path)")
        defer { close(descriptor) }
        try check(fsync(descriptor), "write \(path) to the disk")
    }

    static func check(_ result: Int32, _ what: String) throws(StoreError) {
        guard result < 0 else { return }
        throw StoreError(code: .unwritable, message: "can't \(what): \(String(cString: strerror(errno)))")
    }
}
