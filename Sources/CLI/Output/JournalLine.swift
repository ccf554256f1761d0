/// One entry of a journal as a line, for people who follow a workflow.
struct JournalLine {
    /// Room for the most common words; longer ones push the rest to the right.
    private static let whatWidth = 18
    private static let gap = "  "

    let text: String

    /// - Parameters:
    ///   - row: the cells of the entry's row in a history.
    ///   - terminal: where the line goes.
    init(_ row: [Cell], terminal: Terminal) {
        let (time, what, details) = (row[1].text, row[3], row[4].text)
        let padding = String(repeating: " ", count: max(0, Self.whatWidth - TextWidth.of(what.text)))
        let used = TextWidth.of(time) + max(Self.whatWidth, TextWidth.of(what.text)) + 2 * Self.gap.count
        let rest = terminal.width.map { TextWidth.truncated(details, to: max(8, $0 - used)) } ?? details
        var line = time + Self.gap + what.style.applied(to: what.text, on: terminal) + padding + Self.gap + rest
        while line.last == " " { line.removeLast() }
        text = line
    }
}
