internal import Foundation

/// What isn't the command's answer: errors, and notes on how it goes.
enum StandardError {
    /// Writes as much as can be; there is nowhere to tell of what can't.
    static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
