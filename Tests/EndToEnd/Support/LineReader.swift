/// Reads a process's lines, as many as a test wants at a time.
struct LineReader {
    private var iterator: AsyncStream<String>.Iterator

    init(_ process: ChildProcess) {
        iterator = process.lines.makeAsyncIterator()
    }

    /// Waits for lines that begin with a word.
    ///
    /// - Returns: whether so many came before the output ended.
    @discardableResult
    mutating func wait(for prefix: String, count: Int = 1) async -> Bool {
        var seen = 0
        while seen < count {
            guard let line = await iterator.next(isolation: #isolation) else { return false }
            if line.hasPrefix(prefix) { seen += 1 }
        }
        return true
    }
}
