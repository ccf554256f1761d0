internal import AetherRuntime
public import FoundationEssentials

extension WorkflowContext {
    /// Sleeps, durably: the time passes also while neither the worker nor the server runs.
    ///
    /// The time counts from when the server has recorded the start. The workflow wakes once and never before the time,
    /// by the server's clock. While it sleeps it takes no place of its worker, and may take no memory either.
    ///
    /// - Parameter duration: milliseconds to years, rounded up to whole milliseconds; zero or less is no time.
    /// - Throws: `CancellationError` when the run, or the branch that sleeps, is cancelled.
    public func sleep(_ duration: Duration) async throws {
        try await run.sleep(.after(milliseconds: max(0, duration.wholeMilliseconds)))
    }

    /// Sleeps until an instant. See ``sleep(_:)``.
    ///
    /// - Parameter instant: when to wake, by the server's clock, rounded up to milliseconds; a past one is at once.
    /// - Throws: `CancellationError` when the run, or the branch that sleeps, is cancelled.
    public func sleep(until instant: Date) async throws {
        let milliseconds = (instant.timeIntervalSince1970 * 1000).rounded(.up)
        let time = Int64(exactly: milliseconds) ?? (milliseconds < 0 ? 0 : .max)
        try await run.sleep(.at(Timestamp(millisecondsSinceEpoch: time)))
    }
}
