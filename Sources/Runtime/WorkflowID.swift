/// The identity of one workflow run: chosen by the client, unique over the whole database for ever.
///
/// Any non-empty text of at most ``maximumLength`` UTF-8 bytes without control characters. SDKs make time-ordered
/// ids (UUIDv7), so that the database's index over them grows at one end.
public struct WorkflowID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The longest id accepted, in UTF-8 bytes.
    public static let maximumLength = 256

    public let rawValue: String

    /// Wraps text that is known to be a legal id (it came from a journal, or was checked by ``init(validating:)``).
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Checks text that came from outside.
    ///
    /// - Returns: `nil` when the text is empty, longer than ``maximumLength`` bytes, or has control characters.
    public init?(validating text: String) {
        guard Self.isName(text) else { return nil }
        self.init(rawValue: text)
    }

    /// Whether a text is short enough for an id, or the name of a workflow type, has anything in it, and no control
    /// characters: databases take no NUL in a text.
    package static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumLength && !text.utf8.contains { $0 < 0x20 || $0 == 0x7f }
    }

    public var description: String { rawValue }

    // Identity and order are those of the UTF-8 bytes, as in every database and every other language.

    public static func == (lhs: WorkflowID, rhs: WorkflowID) -> Bool {
        lhs.rawValue.hasSameBytes(as: rhs.rawValue)
    }

    public static func < (lhs: WorkflowID, rhs: WorkflowID) -> Bool {
        lhs.rawValue.precedesByBytes(rhs.rawValue)
    }
}
