internal import AetherRuntime

/// What the effects of durable decisions ask of a worker's session, in their order.
enum SessionAction: Sendable {
    case send(TaskMessage)
    /// The worker no longer has the task.
    case free(TaskID)
    /// The worker's run only waits: it takes none of its places until something is pushed to it.
    case rest(TaskID)
}
