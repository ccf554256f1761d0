internal import AetherRuntime

/// A child, as the run that starts it sees it.
struct ChildOperation<Output: Codable & Sendable>: Sendable {
    let run: Run
    let key: OperationKey
    let id: String
    let work: RemoteWork

    /// Starts it and waits for its end.
    func runToEnd() async throws -> Output {
        var work = work
        work.isKept = work.isAwaitedAtEnd
        return try output(of: await run.perform(key, .remote(work)))
    }

    /// Starts it, and waits until that is in the journal.
    func start() async throws {
        var work = work
        work.isKept = true
        guard case .completed = await run.perform(key, .remote(work), untilStarted: true) else {
            throw CancellationError()
        }
    }

    /// Waits for the end of a child that was started.
    func result() async throws -> Output {
        try output(of: await run.outcome(of: key))
    }

    private func output(of resolution: Operation.Resolution) throws -> Output {
        switch resolution {
        case .closed(.completed(let bytes)): return try ValueCoding.decode(Output.self, from: bytes)
        case .closed(.failed(let failure)): throw WorkflowFailed(id, failure)
        case .closed(.cancelled): throw WorkflowCancelled(workflowID: id)
        case .completed, .failed, .fired, .cancelled: throw CancellationError()
        }
    }
}
