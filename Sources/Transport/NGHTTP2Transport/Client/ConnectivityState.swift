public import GRPCCore

/// What a client transport's connection is doing.
public enum ConnectivityState: Sendable, Equatable {
    /// `connect()` has not been called.
    case idle
    /// An attempt to connect is under way.
    case connecting
    /// Calls go out.
    case ready
    /// The connection was lost or an attempt failed, for this reason; another attempt follows.
    case transientFailure(RPCError)
    /// The transport was shut down, for good.
    case shutdown
}
