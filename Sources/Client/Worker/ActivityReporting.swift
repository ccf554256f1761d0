internal import AetherRuntime

/// What an attempt at an activity needs of the world: someone who carries its reports to the server.
protocol ActivityReporting: Sendable {
    /// Passes a value on if the server takes it.
    func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8]

    /// Says that the attempt is alive.
    ///
    /// - Parameters:
    ///   - task: the attempt's.
    ///   - details: what the last heartbeat that had any said; empty when none did.
    /// - Returns: what is known of the attempt now; `nil` when the server could not be asked.
    func heartbeat(_ task: String, details: [UInt8]) async -> AttemptStanding?

    /// Tells how the attempt ended; again and again, until the server has taken or refused it or the task is cancelled.
    func complete(_ task: String, _ result: ActivityResult) async

    /// Tells how the attempt ended, once.
    func completeInHaste(_ task: String, _ result: ActivityResult) async
}

/// How the server sees an attempt at an activity.
enum AttemptStanding: Sendable, Hashable {
    case wanted
    /// The call was cancelled: the attempt is to end, and may say how.
    case cancelRequested
    /// It is no longer this worker's: nobody wants to hear of it.
    case lost
}
