internal import AetherRuntime

/// How the attempts at an activity are made.
struct ActivityOptions: Sendable, Hashable {
    var retry: RetryPolicy
    var timeout: Duration?
    var heartbeatTimeout: Duration?
    var scheduleToCloseTimeout: Duration?
    var service: String?

    func spec(_ name: String, _ input: [UInt8], _ cancellation: ActivityCancellation) -> ActivitySpec {
        ActivitySpec(
            name: name, service: service ?? "", input: input, retry: retry.recorded,
            startToCloseMilliseconds: Self.limit(timeout),
            scheduleToCloseMilliseconds: Self.limit(scheduleToCloseTimeout),
            heartbeatMilliseconds: Self.limit(heartbeatTimeout),
            cancellation: cancellation.recorded)
    }

    /// No limit is 0; the shortest there is, a millisecond.
    private static func limit(_ duration: Duration?) -> Int64 {
        duration.map { max(1, $0.wholeMilliseconds) } ?? 0
    }
}
