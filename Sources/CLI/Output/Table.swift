/// Rows under a heading, their columns aligned, made for people.
///
/// Rows come in pages: the first page fixes the columns' widths, so that a long list shows as it arrives and memory
/// stays flat. On a terminal the last column is cut to what is left of the line. Where that leaves nothing of it, the widest
/// of the others give way, the first, which says what the row is of, only after them.
struct Table {
    /// Two spaces between columns.
    private static let gap = "  "
    /// How much of the last column is kept on a terminal too narrow for the others.
    private static let minimumWidth = 8

    private let headings: [String]
    private let terminal: Terminal
    private var widths: [Int]?
    /// The columns that are cut.
    private var isCut: [Bool] = []

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
        let fitting = fitted(widths)
        isCut = zip(fitting, widths).map { $0 < $1 }
        self.widths = fitting
        return lines([headings.map { Cell($0, style: .heading) }] + rows, widths: fitting)
    }

    /// Takes columns from the widest until a line has room for all.
    private func fitted(_ widths: [Int]) -> [Int] {
        guard let width = terminal.width, let last = widths.last else { return widths }
        var others = Array(widths.dropLast())
        let room = width - min(last, Self.minimumWidth) - others.count * Self.gap.count
        while others.reduce(0, +) > room {
            let shrinking = others.indices.dropFirst().filter { others[$0] > Self.minimumWidth }
            if let widest = shrinking.max(by: { others[$0] < others[$1] }) {
                others[widest] -= 1
            } else if let first = others.first, first > Self.minimumWidth {
                others[0] -= 1
            } else {
                break
            }
        }
        return others + [last]
    }

    private func lines(_ rows: [[Cell]], widths: [Int]) -> String {
        rows.map { line($0, widths: widths) + "\n" }.joined()
    }

    private func line(_ row: [Cell], widths: [Int]) -> String {
        var line = ""
        var used = 0
        for (column, cell) in row.enumerated() {
            let isLast = column == row.count - 1
            let text =
                isLast
                ? lastText(cell.text, used: used)
                : isCut[column] ? TextWidth.truncated(cell.text, to: widths[column]) : cell.text
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
        return TextWidth.truncated(text, to: max(Self.minimumWidth, width - used))
    }
}
