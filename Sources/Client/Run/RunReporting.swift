/// What a run needs of the world: someone who carries its reports to the server.
protocol RunReporting: Sendable {
    /// The run has something to report, or may have.
    func report(_ run: Run)
    /// A closure began: if it takes long, the server is told. Called under the run's lock.
    func stepBegan(in run: Run, at instant: ContinuousClock.Instant)
    /// The run came to rest, only waits, and its place is free.
    func rested(_ run: Run)
    /// Passes a value on if the server takes it.
    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8]
}
