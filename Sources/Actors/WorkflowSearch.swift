package import AetherRuntime
package import AetherStorage

/// Which workflows somebody looks for. Everything unset matches all.
package struct WorkflowSearch: Sendable, Hashable {
    /// What the store finds by an index.
    package var filter: WorkflowFilter
    /// How the id begins.
    package var idPrefix: String
    /// What the id or the type contains; a small ASCII letter is as good as its capital one.
    package var text: String
    package var createdFrom: Timestamp?
    package var createdBefore: Timestamp?

    private let lowercasedText: [UInt8]

    package init(
        _ filter: WorkflowFilter = WorkflowFilter(), idPrefix: String = "", text: String = "",
        createdFrom: Timestamp? = nil, createdBefore: Timestamp? = nil
    ) {
        self.filter = filter
        self.idPrefix = idPrefix
        self.text = text
        self.createdFrom = createdFrom
        self.createdBefore = createdBefore
        lowercasedText = text.utf8.map(Self.lowercased)
    }

    /// Whether it is for all there are.
    var isForAll: Bool { self == WorkflowSearch() }

    package func matches(_ summary: WorkflowSummary) -> Bool {
        filter.matches(summary)
            && (createdFrom.map { summary.createdAt >= $0 } ?? true)
            && (createdBefore.map { summary.createdAt < $0 } ?? true)
            && (idPrefix.isEmpty || summary.id.rawValue.utf8.starts(with: idPrefix.utf8))
            && (text.isEmpty || contains(summary.id.rawValue) || contains(summary.type))
    }

    private func contains(_ name: String) -> Bool {
        let name = name.utf8.map(Self.lowercased)
        guard name.count >= lowercasedText.count else { return false }
        return (0...(name.count - lowercasedText.count)).contains { name[$0...].starts(with: lowercasedText) }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
