/// A usage error in one line: what is wrong, and which help tells what is right.
struct UsageMessage: CustomStringConvertible {
    let description: String

    /// From ArgumentParser's message and from its full message, of which the last line names the help.
    init(message: String, full: String) {
        let what = message.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix { $0 == " " } }
            .joined(separator: " ")
        let help = full.split(whereSeparator: \.isNewline).last { $0.contains("See '") }
            .map { line in String(line.drop { $0 != "'" }.dropFirst().prefix { $0 != "'" }) }
        let stop = what.hasSuffix(".") ? what.dropLast() : what[...]
        description = "\(stop); see '\(help ?? "aether --help")'"
    }
}
