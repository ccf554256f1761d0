public import GRPCCore

/// When a call is to be over, for handlers that want to know: the `transportSpecific` value of the context of a call whose
/// client set a timeout.
///
/// The transport keeps the deadline itself; it takes the `grpc-timeout` header out of the request's metadata.
public struct CallDeadline: ServerContext.TransportSpecific {
    /// The moment after which the call is cancelled and answered with `DEADLINE_EXCEEDED`.
    public let instant: ContinuousClock.Instant
}
