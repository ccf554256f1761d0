internal import Foundation

/// What this process uses, as Linux tells it; all `nil` where there is no `/proc`.
struct ProcessUsage: Sendable, Equatable {
    /// User's and system's time of all threads, in seconds.
    var cpuSeconds: Double?
    /// Bytes in RAM.
    var residentBytes: Int?

    static var current: ProcessUsage {
        var usage = ProcessUsage()
        // https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html: pages, the second number those in RAM.
        if let statm = text("statm"), let pages = Int(statm.split(separator: " ").dropFirst().first ?? "") {
            usage.residentBytes = pages * sysconf(Int32(_SC_PAGESIZE))
        }
        if let fields = statistics, let user = Double(fields[11]), let system = Double(fields[12]) {
            usage.cpuSeconds = (user + system) / ticksPerSecond
        }
        return usage
    }

    /// How many file descriptors are open. It reads a directory with one line for each.
    static var openDescriptors: Int? {
        try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// When the process started, in seconds since 1970.
    static let startedAt: Double? = {
        guard let fields = statistics, let ticks = Double(fields[19]),
            let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let line = stat.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }),
            let boot = Double(line.dropFirst("btime ".count))
        else { return nil }
        return boot + ticks / ticksPerSecond
    }()

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    /// The fields of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html from the third on.
    private static var statistics: [Substring]? {
        // The second, the name in parentheses, may hold anything.
        guard let stat = text("stat"), let end = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? fields : nil
    }

    private static func text(_ name: String) -> String? {
        try? String(contentsOfFile: "/proc/self/\(name)", encoding: .utf8)
    }
}
