/// The worker that holds, or held, a run.
public struct WorkerIdentity: Sendable, Hashable {
    /// The worker's id: its own choice, stable over its restarts.
    public var id: String
    /// Whether it speaks the plain protocol (`CompleteStep`): it has no journal and cannot replay.
    public var isPlain: Bool

    public init(id: String, isPlain: Bool) {
        self.id = id
        self.isPlain = isPlain
    }
}
