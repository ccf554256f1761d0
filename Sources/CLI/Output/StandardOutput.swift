internal import Foundation

/// The command's answer.
struct StandardOutput {
    /// Writes all of the text.
    ///
    /// - Throws: ``OutputClosed`` when nobody reads any more; ``CommandFailure`` when it can't be written (a full disk).
    func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let count = Foundation.write(STDOUT_FILENO, start, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EPIPE {
                    throw OutputClosed()
                } else if errno != EINTR {
                    throw CommandFailure(
                        "can't write the output: \(String(cString: strerror(errno)).lowercased()); "
                            + "make room or write it elsewhere")
                }
            }
        }
    }

    func writeLine(_ line: String) throws {
        try write(line + "\n")
    }
}
