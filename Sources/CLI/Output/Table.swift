/// Rows under a heading, their columns aligned, made for people.
///
/// Rows come in pages: the first page fixes the columns' widths, so that a long list shows as it arrives and memory
/// stays flat. On a terminal the last column is cut to what is left of the line.
struct Table {
    /// Two spaces between columns.
    private static let gap = "  "
    /// How much of the last column is kept on a terminal too narrow for the others.
    private static let minimumLastWidth = 8

    private let headings: [String]
    private let terminal: Terminal
    private var widths: [Int]?

    init(_ headings: [String], terminal: Terminal) {
        self.headings = headings
        self.terminal = terminal
    }

    /// The lines of the next page, the heading before the first, each with its newline.
    mutating func page(_ rows: [[Cell]]) -> String {
        if let widths { return lines(rows, widths: widths) }
        let widths = headings.indices.map { column in
            rows.reduce(TextWidth.of(headings[column])) { max($0, TextWidth.of($1[column].text)) }
        }
        self.widths = widths
        return lines([headings.map { Cell($0, style: .heading) }] + rows, widths: widths)
    }

    private func lines(_ rows: [[Cell]], widths: [Int]) -> String {
        rows.map { line($0, widths: widths) + "\n" }.joined()
    }

    private func line(_ row: [Cell], widths: [Int]) -> String {
        var line = ""
        var used = 0
        for (column, cell) in row.enumerated() {
            let isLast = column == row.count - 1
            let text = isLast ? lastText(cell.text, used: used) : cell.text
            line += cell.style.applied(to: text, on: terminal)
            guard !isLast else { break }
            let padding = max(0, widths[column] - TextWidth.of(text))
            line += String(repeating: " ", count: padding) + Self.gap
            used += TextWidth.of(text) + padding + Self.gap.count
        }
        // A row whose last cells are empty ends where its text does.
        while line.last == " " { line.removeLast() }
        return line
    }

    private func lastText(_ text: String, used: Int) -> String {
        guard let width = terminal.width else { return text }
        return TextWidth.truncated(text, to: max(Self.minimumLastWidth, width - used))
    }
}
