/// How much of what costs a peer nothing and this side something is put up with, per connection.
///
/// Each limit is a rate with a burst: the burst may come at once, then the rate. A peer over a limit is sent GOAWAY
/// with ENHANCE_YOUR_CALM and disconnected.
public struct FloodGuard: Sendable, Hashable {
    /// Streams the peer may open and reset itself ("rapid reset"), per second.
    public var resetsPerSecond: Int
    /// Resets which may come at once.
    public var resetBurst: Int
    /// PING, SETTINGS, PRIORITY and empty DATA frames per second.
    public var controlFramesPerSecond: Int
    /// Such frames which may come at once.
    public var controlFrameBurst: Int
    /// CONTINUATION frames one header block may have.
    public var continuationsPerHeaderBlock: Int

    /// Creates limits.
    ///
    /// - Parameters:
    ///   - resetsPerSecond: Resets per second. By default 200.
    ///   - resetBurst: Resets at once. By default 5,000.
    ///   - controlFramesPerSecond: Control frames per second. By default 1,000.
    ///   - controlFrameBurst: Control frames at once. By default 10,000.
    ///   - continuationsPerHeaderBlock: CONTINUATION frames per header block. By default 8.
    public init(
        resetsPerSecond: Int = 200, resetBurst: Int = 5_000, controlFramesPerSecond: Int = 1_000,
        controlFrameBurst: Int = 10_000, continuationsPerHeaderBlock: Int = 8
    ) {
        self.resetsPerSecond = resetsPerSecond
        self.resetBurst = resetBurst
        self.controlFramesPerSecond = controlFramesPerSecond
        self.controlFrameBurst = controlFrameBurst
        self.continuationsPerHeaderBlock = continuationsPerHeaderBlock
    }
}
