import AetherRuntime
import AetherStorage
import Foundation

/// Adds finished workflows to a database, as if a server had run them. Usage: `fill DATABASE COUNT`.
@main
struct Fill {
    static let batch = 1_000
    static let report = 100_000

    static func main() async {
        guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]), count > 0 else {
            fail("usage: fill DATABASE COUNT", code: EX_USAGE)
        }
        do {
            try await fill(CommandLine.arguments[1], count: count)
        } catch {
            fail("\(error)", code: EXIT_FAILURE)
        }
    }

    /// A workflow is a millisecond younger than the one before, and the last one is of now.
    static func fill(_ path: String, count: Int) async throws(StoreError) {
        let store = try await SQLiteStore(path: path)
        let now = Int64(Date().timeIntervalSince1970 * 1_000)
        var random = SystemRandomNumberGenerator()
        for first in stride(from: 0, to: count, by: batch) {
            let next = min(first + batch, count)
            let writes = (first..<next).map { number in
                FinishedWorkflow(number: number, created: now - Int64(count - number), random: &random).write
            }
            let leftOut = try await store.commit(writes)
            precondition(leftOut.isEmpty, "random ids are new")
            if next % report == 0 || next == count { say("\(next) of \(count) workflows") }
        }
        await store.close()
    }

    static func say(_ line: String) {
        FileHandle.standardError.write(Data("fill: \(line)\n".utf8))
    }

    static func fail(_ line: String, code: Int32) -> Never {
        say(line)
        exit(code)
    }
}
