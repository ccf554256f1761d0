internal import AetherJSON
internal import AetherProtocol
internal import Foundation

/// A list of workflows that is asked for again and again: on a terminal it is drawn anew in its place, else what is new or
/// has changed comes as further lines.
struct WatchedList {
    private static let home = "\u{1b}[H"
    private static let clear = "\u{1b}[2J"
    private static let clearToEndOfLine = "\u{1b}[K"
    private static let clearBelow = "\u{1b}[J"

    private let terminal: Terminal
    private let json: Bool
    private var known: [String: Aether_V1_WorkflowInfo] = [:]
    private var table: Table
    private var isFirst = true
    /// Whether nothing was shown yet.
    var isEmpty: Bool { isFirst }

    init(terminal: Terminal, json: Bool) {
        self.terminal = terminal
        self.json = json
        table = Table(Aether_V1_WorkflowInfo.headings, terminal: terminal)
    }

    /// How many workflows there is room for; `nil` for any number.
    var room: Int? { json ? nil : terminal.height.map { max(1, $0 - 2) } }

    /// What is to be written for the list as it is now, the youngest first.
    mutating func text(_ infos: [Aether_V1_WorkflowInfo]) -> String {
        defer { isFirst = false }
        guard json || terminal.width == nil else { return screen(infos) }
        let news = infos.reversed().filter { known[$0.workflowID] != $0 }
        known = Dictionary(infos.map { ($0.workflowID, $0) }) { $1 }
        if json { return news.map { $0.json.text + "\n" }.joined() }
        return news.isEmpty ? "" : table.page(news.map { $0.row(in: .current) })
    }

    private func screen(_ infos: [Aether_V1_WorkflowInfo]) -> String {
        var table = Table(Aether_V1_WorkflowInfo.headings, terminal: terminal)
        let shown = infos.prefix(room ?? infos.count)
        let text = shown.isEmpty ? "No such workflows yet.\n" : table.page(shown.map { $0.row(in: .current) })
        let lines = text.replacing("\n", with: Self.clearToEndOfLine + "\n")
        return (isFirst ? Self.clear : "") + Self.home + lines + Self.clearBelow
    }
}
