internal import AetherJSON

/// A list as it arrives: JSON, one document a line, or pages of a table.
struct RowOutput {
    /// How many rows fix the columns' widths, and are held before they are shown.
    private static let pageSize = 200

    private let json: Bool
    private let output = StandardOutput()
    private var table: Table
    private var page: [[Cell]] = []
    private(set) var count = 0

    init(headings: [String], json: Bool, terminal: Terminal) {
        self.json = json
        table = Table(headings, terminal: terminal)
    }

    mutating func add(json document: @autoclosure () -> JSONValue, row: @autoclosure () -> [Cell]) throws {
        count += 1
        guard !json else { return try output.writeLine(document().text) }
        page.append(row())
        if page.count == Self.pageSize { try flush() }
    }

    /// Shows what is held. A list of nothing has no heading either.
    mutating func finish() throws {
        if !page.isEmpty { try flush() }
    }

    private mutating func flush() throws {
        try output.write(table.page(page))
        page = []
    }
}
