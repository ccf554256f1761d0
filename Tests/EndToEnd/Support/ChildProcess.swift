import Foundation
import Glibc
import Synchronization

/// A real process of a test: its output comes as lines, and it can be killed. It never outlives this object.
final class ChildProcess: Sendable {
    let pid: Int32
    /// What it writes to its standard output.
    let lines: AsyncStream<String>
    private let process: Mutex<Process>
    private let exit: ExitStatus
    private let errors: OutputCollector

    /// One process is spawned at a time: another one spawned between would inherit its pipes, and keep them open.
    private static let spawning = Mutex(())

    init(
        _ executable: URL, _ arguments: [String] = [], environment: [String: String] = [:], directory: URL? = nil
    ) throws {
        let process = Process()
        process.currentDirectoryURL = directory
        process.executableURL = executable
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("AETHER_") }
            .merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let exit = ExitStatus()
        process.terminationHandler = { process in
            exit.set(process.terminationStatus, isSignal: process.terminationReason == .uncaughtSignal)
        }
        let (output, error) = try Self.spawning.withLock { _ in
            let pipes = (Pipe(), Pipe())
            process.standardOutput = pipes.0
            process.standardError = pipes.1
            try process.run()
            return (Self.descriptor(pipes.0), Self.descriptor(pipes.1))
        }
        let (lines, continuation) = AsyncStream<String>.makeStream()
        let splitter = LineSplitter { continuation.yield($0) }
        Self.read(output) {
            splitter.add($0)
        } atEnd: {
            splitter.finish()
            continuation.finish()
        }
        let errors = OutputCollector()
        Self.read(error) {
            errors.add($0)
        } atEnd: {
        }
        self.lines = lines
        self.exit = exit
        self.errors = errors
        self.pid = process.processIdentifier
        self.process = Mutex(process)
    }

    /// A copy of a pipe's reading end that lives as long as its reader.
    private static func descriptor(_ pipe: Pipe) -> Int32 {
        fcntl(pipe.fileHandleForReading.fileDescriptor, F_DUPFD_CLOEXEC, 0)
    }

    /// Reads on a thread of its own: on Linux a `readabilityHandler` and the closing of its file race.
    private static func read(
        _ descriptor: Int32, _ add: @escaping @Sendable (Data) -> Void, atEnd: @escaping @Sendable () -> Void
    ) {
        Thread.detachNewThread {
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    add(Data(buffer[0..<count]))
                } else if count == 0 || errno != EINTR {
                    break
                }
            }
            close(descriptor)
            atEnd()
        }
    }

    deinit {
        if !exit.isKnown { Foundation.kill(pid, SIGKILL) }
    }

    /// Sends a signal, unless the process has ended.
    func send(_ signal: Int32) {
        if !exit.isKnown { Foundation.kill(pid, signal) }
    }

    /// Kills it as a crash does, and waits until it is gone.
    func kill() async {
        send(SIGKILL)
        _ = await exit.value()
    }

    /// Waits for its end: its exit code, or minus the signal that ended it.
    func exitCode() async -> Int32 { await exit.value() }

    /// The most memory it has had at once so far.
    func peakMemoryMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
    }

    /// What it has written to its standard error so far.
    var errorOutput: String { errors.text }
}

/// The end of a process, for all who wait for it.
private final class ExitStatus: Sendable {
    private struct State {
        var code: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    var isKnown: Bool { state.withLock { $0.code != nil } }

    func set(_ status: Int32, isSignal: Bool) {
        let code = isSignal ? -status : status
        let waiters = state.withLock { state in
            state.code = code
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: code) }
    }

    func value() async -> Int32 {
        await withCheckedContinuation { continuation in
            let code = state.withLock { state in
                if state.code == nil { state.waiters.append(continuation) }
                return state.code
            }
            if let code { continuation.resume(returning: code) }
        }
    }
}

private final class OutputCollector: Sendable {
    private let bytes = Mutex(Data())
    func add(_ data: Data) { bytes.withLock { $0.append(data) } }
    var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
}

private final class LineSplitter: Sendable {
    private let rest = Mutex(Data())
    private let emit: @Sendable (String) -> Void

    init(_ emit: @escaping @Sendable (String) -> Void) { self.emit = emit }

    func add(_ data: Data) {
        let lines = rest.withLock { rest -> [Data] in
            rest.append(data)
            var lines: [Data] = []
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                lines.append(Data(rest[rest.startIndex..<end]))
                rest = Data(rest[rest.index(after: end)...])
            }
            return lines
        }
        for line in lines { emit(String(decoding: line, as: UTF8.self)) }
    }

    func finish() {
        let last = rest.withLock { $0 }
        if !last.isEmpty { emit(String(decoding: last, as: UTF8.self)) }
    }
}
