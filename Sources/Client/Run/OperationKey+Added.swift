internal import AetherRuntime

extension OperationKey {
    /// The kind of the scope whose operations were added to the code.
    static let added = "added"

    /// Whether the operation was added to the code of runs under way.
    var isAdded: Bool {
        rawValue.hasPrefix(Self.added + ":") || rawValue.contains("/" + Self.added + ":")
    }
}
