/// How the log of `aether serve` is written.
enum LogFormat: String, CaseIterable, Sendable {
    /// Lines for people on a terminal, JSON elsewhere.
    case auto
    case text
    case json
}
