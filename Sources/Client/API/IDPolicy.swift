internal import AetherProtocol

/// What a start does when its id belongs to a run of the same type and input that has ended.
///
/// While that run is still open, starting again gives the same run under every policy.
public enum IDPolicy: Sendable, Hashable {
    /// Nothing: the handle is that of the ended run, whose result stands.
    case sameRun
    /// It throws ``AetherError`` `alreadyExists`.
    case reject
    /// The ended run and its history go, whatever its type and input, and a new one begins.
    case replace

    var wire: Aether_V1_IdPolicy {
        switch self {
        case .sameRun: .sameRun
        case .reject: .reject
        case .replace: .replace
        }
    }
}
