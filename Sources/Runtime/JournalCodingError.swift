/// A stored or received journal entry that can't be read.
public enum JournalCodingError: Error, Hashable, CustomStringConvertible {
    /// The bytes are no entry: damaged, or of something else.
    case malformed(String)
    /// The entry is of a kind this version does not know: a newer version wrote it.
    case unknownKind(UInt64)

    public var description: String {
        switch self {
        case .malformed(let detail): "the journal entry is damaged: \(detail)"
        case .unknownKind(let kind):
            "the journal entry is of kind \(kind), which this version does not know; use the version that wrote it or a newer one"
        }
    }
}
