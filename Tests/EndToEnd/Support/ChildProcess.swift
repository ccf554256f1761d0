import Foundation
import Glibc
import Synchronization

/// A real process of a test: its output comes as lines, and it can be killed. It never outlives this object.
///
/// Spawned with `posix_spawn`: Foundation's `Process` reads the list of open files to close them in the child, and crashes
/// when other threads open and close theirs meanwhile.
///
/// With `killAt` it is killed where it writes a line that begins so: by the thread that reads it, however busy the tests are.
final class ChildProcess: Sendable {
    let pid: Int32
    /// What it writes to its standard output.
    let lines: AsyncStream<String>
    private let exit: ExitStatus
    private let errors: OutputCollector

    init(
        _ executable: URL, _ arguments: [String] = [], environment: [String: String] = [:], directory: URL? = nil,
        killAt deadline: String? = nil
    ) throws {
        let variables = ProcessInfo.processInfo.environment
            .filter { !$0.key.hasPrefix("AETHER_") }
            .merging(environment) { $1 }
        let (pid, output, error) = try Self.spawning.withLock { _ in
            let (output, error) = (try Self.pipe(), try Self.pipe())
            defer {
                close(output.writing)
                close(error.writing)
            }
            let command = directory.map { ["/usr/bin/env", "-C", $0.path] } ?? []
            let pid = try Self.spawn(
                command + [executable.path] + arguments, variables, output: output.writing, error: error.writing)
            return (pid, output.reading, error.reading)
        }
        let (lines, continuation) = AsyncStream<String>.makeStream()
        let splitter = LineSplitter { line in
            if let deadline, line.hasPrefix(deadline) { Glibc.kill(pid, SIGKILL) }
            continuation.yield(line)
        }
        Self.read(output) {
            splitter.add($0)
        } atEnd: {
            splitter.finish()
            continuation.finish()
        }
        let errors = OutputCollector(error)
        Thread.detachNewThread { errors.collectUntilEnd() }
        let exit = ExitStatus()
        Thread.detachNewThread {
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            errors.collectWhatIsThere()
            let signal = status & 0x7f
            exit.set(signal == 0 ? (status >> 8) & 0xff : signal, isSignal: signal != 0)
        }
        self.lines = lines
        self.exit = exit
        self.errors = errors
        self.pid = pid
    }

    /// One process is spawned at a time: another one spawned between would inherit its pipes, and keep them open.
    private static let spawning = Mutex(())

    private static let maximumDescriptors: Int32 = 4096

    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw POSIXError(.EMFILE) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(
        _ command: [String], _ environment: [String: String], output: Int32, error: Int32
    ) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO)
        // Sockets of other tests, which would stay open in the child; one that is not open is passed over.
        for descriptor in (STDERR_FILENO + 1)..<maximumDescriptors {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var pid: Int32 = 0
        let failure = posix_spawn(&pid, command[0], &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EINVAL) }
        return pid
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

    /// What it has written to its standard error so far; all of it once `exitCode()` has returned.
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

/// Collects what comes from a pipe. Its end is not the end of the process: one that the process has started may keep it open.
private final class OutputCollector: Sendable {
    private struct State {
        var bytes = Data()
        var isOpen = true
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    var text: String { String(decoding: state.withLock { $0.bytes }, as: UTF8.self) }

    func collectUntilEnd() {
        var readable = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while collectWhatIsThere() { _ = poll(&readable, 1, -1) }
    }

    /// Whether more can come.
    @discardableResult
    func collectWhatIsThere() -> Bool {
        state.withLock { state in
            var buffer = [UInt8](repeating: 0, count: 65536)
            while state.isOpen {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    state.bytes.append(contentsOf: buffer[0..<count])
                } else if count < 0, errno == EAGAIN || errno == EINTR {
                    break
                } else {
                    close(descriptor)
                    state.isOpen = false
                }
            }
            return state.isOpen
        }
    }
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
