internal import AetherRuntime
internal import Logging
internal import Synchronization

extension Run {
    /// Undoes what the function has registered, the last first. Errors are logged, and the others still run.
    ///
    /// A cancel that comes meanwhile interrupts nothing. A run that is no longer this worker's undoes nothing here.
    func compensate() async {
        while let body = state.withLock({ $0.takeCompensation() }) {
            do {
                try await body()
            } catch {
                if !isReplaying, !hasEnded {
                    logger.error("a compensation failed; the others still run", metadata: [LogKey.error: "\(error)"])
                }
            }
        }
    }
}
