public import GRPCCore

/// What handlers may want to know of a call beyond its metadata: the `transportSpecific` value of its context.
public struct CallDetails: ServerContext.TransportSpecific {
    /// The moment after which the call is cancelled and answered with `DEADLINE_EXCEEDED`; `nil` when its client set no timeout.
    ///
    /// The transport keeps the deadline itself; it takes the `grpc-timeout` header out of the request's metadata.
    public let deadline: ContinuousClock.Instant?
    private let mailbox: ConnectionMailbox

    init(deadline: ContinuousClock.Instant?, mailbox: ConnectionMailbox) {
        self.deadline = deadline
        self.mailbox = mailbox
    }

    /// How long nothing has come on the call's connection, the answers to keepalive PINGs included; it grows when the connection is
    /// gone.
    public var silence: Duration { mailbox.silence }
}
