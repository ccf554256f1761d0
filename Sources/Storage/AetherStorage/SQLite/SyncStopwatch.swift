/// Measures how long transactions take to reach the disk.
struct SyncStopwatch {
    let clock: any Clock<Duration>
    let report: @Sendable (Duration) -> Void

    /// Measures what a body does; what fails is not reported.
    func measure(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        try measure(on: clock, body)
    }

    private func measure<C: Clock<Duration>>(
        on clock: C, _ body: () throws(StoreError) -> Void
    ) throws(StoreError) {
        let began = clock.now
        try body()
        report(began.duration(to: clock.now))
    }
}
