/// Names and values, one a line, the values aligned: a workflow's status, a server's addresses.
struct Fields {
    private var rows: [(name: String, value: Cell)] = []

    /// Adds a line, unless the value is empty.
    mutating func add(_ name: String, _ value: Cell) {
        guard !value.text.isEmpty else { return }
        rows.append((name, value))
    }

    func text(terminal: Terminal) -> String {
        let width = rows.reduce(0) { max($0, TextWidth.of($1.name)) }
        return rows.map { name, value in
            let padding = String(repeating: " ", count: width - TextWidth.of(name) + 2)
            return Style.faint.applied(to: name, on: terminal) + padding
                + value.style.applied(to: value.text, on: terminal) + "\n"
        }.joined()
    }
}
