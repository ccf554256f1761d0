internal import AetherRuntime

/// The closure of a step, and how often it is tried.
struct StepWork: Sendable {
    let closure: @Sendable () async throws -> [UInt8]
    var retry = RetryPolicy.none
    /// How long an attempt may take; `nil` for any time.
    var timeout: Duration?
}
