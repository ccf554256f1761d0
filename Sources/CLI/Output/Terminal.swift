internal import Foundation

/// What standard output, or standard error, is: a terminal of some width, or a file or pipe.
struct Terminal: Hashable, Sendable {
    /// Columns; `nil` when it isn't a terminal, and nothing is cut.
    var width: Int?
    /// Lines; `nil` when it isn't known.
    var height: Int?
    var usesColour: Bool

    /// A file or a pipe.
    static let none = Terminal(width: nil, usesColour: false)

    /// Asks the system. `NO_COLOR` (https://no-color.org) and a `dumb` terminal switch colours off.
    static func current(
        _ descriptor: Int32 = STDOUT_FILENO, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let width = isKnown ? Int(size.ws_col) : environment["COLUMNS"].flatMap { Int($0) } ?? 80
        let height = isKnown && size.ws_row > 0 ? Int(size.ws_row) : nil
        return Terminal(width: width, height: height, usesColour: allowsColour(environment))
    }

    static func allowsColour(_ environment: [String: String]) -> Bool {
        environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
}
