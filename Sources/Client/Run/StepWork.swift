internal import AetherRuntime
internal import Tracing

/// The closure of a step, and how often it is tried.
struct StepWork: Sendable {
    let closure: @Sendable () async throws -> [UInt8]
    var retry = RetryPolicy.none
    /// How long an attempt may take; `nil` for any time.
    var timeout: Duration?
    /// Which span it was called in, where there are spans.
    var context: ServiceContext?
}
