internal import Foundation

/// What a process has used since it began, as Linux tells (https://man7.org/linux/man-pages/man5/proc.5.html).
struct ProcessUsage: Sendable {
    /// User's and system's time of all threads, in seconds. It is counted in hundredths.
    var cpuSeconds: Double
    /// Bytes in memory now, and at most.
    var memory: Double
    var peakMemory: Double
    /// Bytes that went to the disk, the database's log and its checkpoints included.
    var written: Double

    /// - Returns: `nil` when the process is gone, or the system has no `/proc`.
    init?(of process: Int32) {
        guard let stat = Self.text("/proc/\(process)/stat"), let status = Self.text("/proc/\(process)/status"),
            let io = Self.text("/proc/\(process)/io")
        else { return nil }
        // The name, in parentheses, may hold anything.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[12]), let system = Double(fields[13]) else { return nil }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        memory = Self.number("VmRSS", in: status) * 1024
        peakMemory = Self.number("VmHWM", in: status) * 1024
        written = Self.number("write_bytes", in: io)
    }

    private static func text(_ path: String) -> String? {
        try? String(contentsOfFile: path, encoding: .utf8)
    }

    private static func number(_ name: String, in text: String) -> Double {
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Double($0) } ?? 0
        }
        return 0
    }
}
