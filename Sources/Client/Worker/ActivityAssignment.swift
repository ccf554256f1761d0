/// What the server sends of an attempt at an activity.
struct ActivityAssignment: Sendable, Hashable {
    var taskID: String
    var name: String
    var workflowID: String
    /// From 1.
    var attempt = 1
    var idempotencyKey = ""
    var input: [UInt8]
    /// What the last heartbeat of the attempts before said; empty when there was none.
    var lastDetails: [UInt8] = []
    /// How long the attempt may go without a heartbeat; 0 is any time.
    var heartbeatMilliseconds: Int64 = 0
    /// What it is part of, as tracing knows it.
    var trace = TraceCarrier()
}
