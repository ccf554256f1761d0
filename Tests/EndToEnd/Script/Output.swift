import Foundation

/// One write, so that lines of several processes never mix.
package func append(_ line: String, to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    defer { close(descriptor) }
    let bytes = Array((line + "\n").utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw POSIXError(.EIO) }
}

/// Tells the test, which reads this process's output.
package func tell(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = write(STDOUT_FILENO, bytes, bytes.count)
}

/// Waits until the test opens a gate: a named pipe beside the script's file, which then has a writer.
///
/// - Throws: `CancellationError` when the task is cancelled first.
package func passGate(_ path: String) async throws {
    let waiting = AsyncStream<Void>.makeStream()
    Thread.detachNewThread {
        // Opens once the test has opened it for writing.
        close(open(path, O_RDONLY))
        waiting.continuation.finish()
    }
    for await _ in waiting.stream {}
    try Task.checkCancellation()
}
