/// How a connection finds out that its peer is gone without having said so.
public struct Keepalive: Sendable, Hashable {
    /// How long nothing may arrive before a PING is sent.
    public var interval: Duration
    /// How long nothing, not even the PING's answer, may arrive after it before the connection counts as dead.
    public var timeout: Duration

    /// Creates a keepalive policy.
    ///
    /// - Parameters:
    ///   - interval: How long nothing may arrive before a PING is sent. By default 5 seconds.
    ///   - timeout: How long the answer may take. By default 15 seconds.
    public init(interval: Duration = .seconds(5), timeout: Duration = .seconds(15)) {
        self.interval = interval
        self.timeout = timeout
    }
}
