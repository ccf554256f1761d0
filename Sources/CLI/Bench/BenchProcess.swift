internal import Foundation
internal import Synchronization

/// The server or a worker of a benchmark: this program once more, or another one that works as it does.
final class BenchProcess: Sendable {
    enum Program: Sendable, Hashable {
        case itself
        /// A command line, for the shell, to which the arguments are added.
        case command(String)
    }

    private let process: Process
    /// Open as long as this object lives: a worker ends when its input does, also when this process is killed.
    private let input = Pipe()
    private let output = Pipe()
    private let name: String
    private let ended = DispatchSemaphore(value: 0)

    init(_ name: String, _ arguments: [String], program: Program = .itself) throws(CommandFailure) {
        self.name = name
        process = Process()
        switch program {
        case .itself:
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            process.arguments = arguments
        case .command(let command):
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            // The shell makes way for the program, which is then what is measured and killed.
            process.arguments = ["-c", "exec \(command) \"$@\"", "worker"] + arguments
        }
        process.standardInput = input
        process.standardOutput = output
        process.terminationHandler = { [ended] _ in ended.signal() }
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

    /// Has a worker end as it should: what it has under way, for this benchmark or another one at the same server, goes on elsewhere
    /// at once.
    func endInput() {
        try? input.fileHandleForWriting.close()
    }

    /// Waits for its end; one that takes long is killed.
    func waitUntilEnd() {
        _ = ended.wait(timeout: .now() + 5)
        kill()
    }

    /// Ends the process as a crash would.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
