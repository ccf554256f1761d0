/// What a token allows.
package enum Role: String, CaseIterable, Sendable {
    /// Everything.
    case admin
    /// To start workflows and to act on them, and what ``readOnly`` may.
    case client
    /// To serve workflows and activities.
    case worker
    /// To look at workflows, and at the pages and metrics.
    case readOnly = "read-only"
}

extension Set<Role> {
    /// Those that start workflows, in words: `admin or client`.
    var names: String { Role.allCases.filter(contains).map(\.rawValue).joined(separator: " or ") }
}
