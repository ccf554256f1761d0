internal import AetherRuntime

extension JournalEntry {
    /// A larger value is written before it is acknowledged at tier L1 too: what lags is kept in memory.
    private static let maximumLaggingBytes = 64 * 1024

    /// Whether a run at tier L1 may go on before this entry is durable: only what the run's own worker found out, and can
    /// find out again. Nothing that others saw, nor that begins something outside the run.
    var mayLag: Bool {
        switch event {
        case .stepCompleted(_, let result): result.count <= Self.maximumLaggingBytes
        case .stepFailed(_, let failure), .stepAttemptFailed(_, _, let failure, _):
            failure.message.utf8.count <= Self.maximumLaggingBytes
        case .started, .assigned, .released, .timerStarted, .timerFired, .childStarted, .childClosed,
            .activityScheduled, .activityStarted, .activityAttemptFailed, .activityCompleted, .activityFailed,
            .signalReceived, .signalAwaited, .signalConsumed, .valueSet, .versionSet, .cancelRequested,
            .operationCancelled, .blocked, .terminated, .closed:
            false
        }
    }
}
