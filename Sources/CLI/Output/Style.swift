/// How a piece of text stands out on a terminal. Never the only carrier of what it says.
enum Style: Sendable, Hashable {
    case plain
    case faint
    case heading
    case good
    case bad
    case warning
    case active

    private var code: String? {
        switch self {
        case .plain: nil
        case .faint: "2"
        case .heading: "1"
        case .good: "32"
        case .bad: "31"
        case .warning: "33"
        case .active: "36"
        }
    }

    /// The text with the terminal's codes around it, or as it is.
    func applied(to text: String, on terminal: Terminal) -> String {
        guard terminal.usesColour, let code else { return text }
        return "\u{1b}[\(code)m\(text)\u{1b}[0m"
    }
}
