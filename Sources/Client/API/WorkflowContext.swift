public import Logging

/// A workflow's function does everything that touches the world through this.
///
/// The function must be deterministic apart from it: on a replay it is called again from the start, gets the recorded
/// results, and must make the same calls in the same order. So in the body of a workflow, outside of steps: no clock, no
/// randomness, no I/O, no `Task { }`, no `@MainActor`, and nothing awaited but the context's own operations.
public struct WorkflowContext: Sendable {
    let run: Run

    /// Who this run is.
    public var info: WorkflowInfo { run.info }

    /// Whether the function is being executed again over recorded results.
    public var isReplaying: Bool { run.isReplaying }

    /// A logger that carries the run's id and type, and is silent while the run is replayed, or no longer this worker's.
    public var logger: Logger {
        var logger = run.logger
        if run.isReplaying || run.hasEnded { logger.handler = SwiftLogNoOpLogHandler() }
        return logger
    }
}
