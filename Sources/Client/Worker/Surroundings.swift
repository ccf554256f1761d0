internal import NGHTTP2Transport

/// What a worker needs of the process it is in; the test kit puts in its own.
package struct Surroundings: Sendable {
    /// One attempt at a step or an activity, of which a worker calls the user's closure.
    package struct Attempt: Sendable {
        package enum Kind: Sendable { case step, activity }

        package var kind: Kind
        package var name: String
        package var workflowID: String
        /// From 1.
        package var number: Int
        /// The argument of an activity, as JSON; of a step, empty.
        package var input: [UInt8]
    }

    package typealias Closure = @Sendable () async throws -> [UInt8]

    package var clock: WorkerClock
    /// Where everything runs: the functions of workflows too, each of which has an executor of its own upon this one.
    package let executor: WorkerExecutor
    /// Stands between the worker and the closure of an attempt: calls it or not, and returns a value as JSON. `nil` where
    /// nobody does.
    package var intercept: (@Sendable (Attempt, Closure) async throws -> [UInt8])?
    /// Makes spans; `nil` where nobody collects them.
    var tracer: WorkTracer?

    package init(
        clock: WorkerClock, executor: WorkerExecutor = WorkerExecutor(),
        intercept: (@Sendable (Attempt, Closure) async throws -> [UInt8])? = nil
    ) {
        self.clock = clock
        self.executor = executor
        self.intercept = intercept
    }

    /// Calls the closure of an attempt, or has it called by who intercepts, who is told of the attempt.
    func call(_ closure: Closure, of attempt: () -> Attempt) async throws -> [UInt8] {
        guard let intercept else { return try await closure() }
        return try await intercept(attempt(), closure)
    }

    static let system = Surroundings(clock: .system, executor: WorkerExecutor(on: ThreadPool.shared))
}
