internal import AetherRuntime
internal import FoundationEssentials

/// The time as this worker knows it: for the delays between a step's attempts, and their timeouts.
struct WorkerClock: Sendable {
    var now: @Sendable () -> Timestamp
    /// Waits, unless the task is cancelled; then it throws.
    var sleep: @Sendable (Duration) async throws -> Void

    static let system = WorkerClock(
        now: { Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000)) },
        sleep: { try await Task.sleep(for: $0) }
    )
}
