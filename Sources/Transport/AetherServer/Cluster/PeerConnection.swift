package import AetherProtocol
package import AetherRuntime
package import GRPCCore

/// The way to another server of the database: `aether.v1.NodeService` from the caller's side.
///
/// Calls throw `RPCError`: what the other server answers, and `unavailable` when it can't be reached.
package protocol PeerConnection: Sendable {
    /// Keeps the connection up, until it is shut down or the task is cancelled.
    func run() async throws

    /// Lets ``run()`` end once the calls under way are over.
    func beginGracefulShutdown()

    /// Has the other server answer a call of a client or a worker, within a time, or however long it takes.
    func call(_ request: Aether_V1_NodeCall, timeout: Duration?) async throws -> Aether_V1_NodeAnswer

    func advance(_ request: AdvanceRequest, timeout: Duration) async throws -> AdvanceResponse

    func deliver(_ request: Aether_V1_DeliverRequest, timeout: Duration) async throws -> Aether_V1_DeliverResponse

    func look(timeout: Duration) async throws

    func http(_ request: Aether_V1_NodeHttpRequest, timeout: Duration) async throws -> Aether_V1_NodeHttpAnswer

    func getHeldTasks(_ request: Aether_V1_HeldTasksRequest, timeout: Duration) async throws -> Aether_V1_HeldTasks

    func getHistory<Result: Sendable>(
        _ request: Aether_V1_HistoryRequest,
        take: @escaping @Sendable (RPCAsyncSequence<Aether_V1_JournalEntry, any Error>) async throws -> Result
    ) async throws -> Result

    /// Opens a stream both ways; returns when the other server has ended it.
    ///
    /// - Parameters:
    ///   - send: writes to it; its side is closed when that returns, and cancelled when the stream ends.
    ///   - take: is given what comes, one after the other.
    /// - Throws: `RPCError`, and what a body throws.
    func watch(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WatchResultsRequest>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_WatchResultsResponse) async throws -> Void
    ) async throws

    /// As ``watch(send:take:)``.
    func shareWorkers(
        send: @escaping @Sendable (RPCWriter<Aether_V1_WorkerShare>) async throws -> Void,
        take: @escaping @Sendable (Aether_V1_TaskShare) async throws -> Void
    ) async throws
}
