internal import Foundation

/// What changes of a file when somebody writes it or puts another in its place.
package struct FileStamp: Hashable, Sendable {
    private var node: UInt64
    private var size: Int64
    private var seconds: Int64
    private var nanoseconds: Int64

    /// - Returns: `nil` when there is no such file.
    package init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let modified = status.st_mtimespec
        #else
            let modified = status.st_mtim
        #endif
        node = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(modified.tv_sec)
        nanoseconds = Int64(modified.tv_nsec)
    }
}
