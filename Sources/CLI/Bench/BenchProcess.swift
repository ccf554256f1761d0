internal import Foundation
internal import Synchronization

/// This program once more, as the server or a worker of a benchmark.
final class BenchProcess: Sendable {
    private let process: Process
    /// Open as long as this object lives: a worker ends when its input does, also when this process is killed.
    private let input = Pipe()
    private let output = Pipe()
    private let name: String

    init(_ name: String, _ arguments: [String]) throws(CommandFailure) {
        self.name = name
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw CommandFailure("can't start the \(name) of the benchmark: \(error.localizedDescription)")
        }
    }

    deinit {
        kill()
    }

    var usage: ProcessUsage? { ProcessUsage(of: process.processIdentifier) }

    /// Waits for the process's first output.
    func untilReady() async throws {
        let output = output.fileHandleForReading
        // A thread of its own, since the read blocks; it ends with the process at the latest.
        let data = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: output.availableData) }
        }
        guard !data.isEmpty else { throw CommandFailure("the \(name) of the benchmark did not start") }
    }

    func write(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Ends the process as a crash would.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
