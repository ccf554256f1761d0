public import Logging

/// What the function of an activity can learn and tell.
public struct ActivityContext: Sendable {
    let task: ActivityTask

    /// The activity's name.
    public var name: String { task.name }
    /// The run that called the activity.
    public var workflowID: String { task.workflowID }
    /// Which attempt this is, from 1.
    public var attempt: Int { task.attempt }
    /// The same for all attempts at this call of the activity, and of no other: give it to services that can tell a
    /// repeated request by it.
    public var idempotencyKey: String { task.idempotencyKey }
    /// A logger that carries the run's id, the activity's name and the attempt.
    public var logger: Logger { task.logger }

    /// Says that the attempt is alive, and hears whether it is still wanted.
    ///
    /// While the server can't be reached it returns without effect, and the attempt goes on.
    ///
    /// - Throws: `CancellationError` when the call was cancelled, or the server has given the attempt up; the activity's
    ///   task is then cancelled too. To end as cancelled, let that error out.
    public func heartbeat() async throws {
        try await task.heartbeat(nil)
    }

    /// Says that the attempt is alive, and how far it is. See ``heartbeat()``.
    ///
    /// - Parameter progress: 0 to 1, by custom; the next attempt finds it with ``lastHeartbeatDetails(as:)`` as `Double`.
    /// - Throws: `CancellationError` when the attempt is no longer wanted.
    public func heartbeat(progress: Double) async throws {
        try await task.heartbeat(try ValueCoding.encode(progress))
    }

    /// Says that the attempt is alive, and what the next one should know if this one fails. See ``heartbeat()``.
    ///
    /// - Parameter details: replaces what earlier heartbeats said.
    /// - Throws: `CancellationError` when the attempt is no longer wanted; an encoding error.
    public func heartbeat(_ details: some Encodable & Sendable) async throws {
        try await task.heartbeat(try ValueCoding.encode(details))
    }

    /// What the last heartbeat of the attempts before this one said.
    ///
    /// - Parameter type: what it was given as.
    /// - Returns: `nil` when none said anything.
    /// - Throws: a decoding error when the details are of another type.
    public func lastHeartbeatDetails<Details: Decodable>(as type: Details.Type) throws -> Details? {
        guard !task.lastDetails.isEmpty else { return nil }
        return try ValueCoding.decode(type, from: task.lastDetails)
    }
}
