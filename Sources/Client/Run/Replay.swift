package import AetherRuntime
internal import Logging
internal import Synchronization

/// A recorded journal and today's code, without a server: whether the one follows from the other.
package enum Replay {
    /// How far the code came.
    package enum End: Sendable, Hashable {
        /// Through the whole journal, and its function has ended.
        case closed(WorkflowOutcome)
        /// Through the whole journal, and it goes on as a new run.
        case continuedAsNew
        /// Through the whole journal, and it goes on from there.
        case goesOn
        case blocked(Blockage)
        /// It waits for something that is not in the journal; the last entry it has seen.
        case waits(UInt64)
    }

    /// Calls a workflow's function with a journal. No closure of a step is called.
    ///
    /// - Parameters:
    ///   - workflow: today's code.
    ///   - journal: from its first entry to the last but for the one of its end.
    ///   - id: the run's.
    ///   - executor: where it runs.
    ///   - idle: ends when nothing is left to do on the executor.
    /// - Returns: how far the code came.
    package static func run<Input, Output>(
        _ workflow: Workflow<Input, Output>, _ journal: [JournalEntry], id: WorkflowID, on executor: any TaskExecutor,
        untilIdle idle: () async -> Void
    ) async -> End {
        guard case .started(let start)? = journal.first?.event else { return .waits(0) }
        let surroundings = Surroundings(clock: .system, executor: WorkerExecutor(on: executor, width: 1))
        var logger = Logger(label: "aether")
        logger.handler = SwiftLogNoOpLogHandler()
        let reporting = Reporting()
        let run = Run(
            task: TaskID(workflow: id, epoch: 1), type: start.type, input: start.input, journal: journal,
            reporter: reporting, logger: logger, surroundings: surroundings)
        _ = run.occupy()
        run.drain()
        // Awaited below.
        let function = Task(executorPreference: run.executor) { await run.execute(workflow) }
        await idle()
        let (blockage, isReplaying, last, records) = run.state.withLock { state in
            (state.blockage, state.isReplaying, state.nextSequence - 1, state.records)
        }
        run.drop()
        // It may wait for something of its own.
        function.cancel()
        await function.value
        if let blockage { return .blocked(blockage) }
        switch records.last {
        case .close(let outcome): return .closed(outcome)
        case .continueAsNew: return .continuedAsNew
        default: return isReplaying ? .waits(last) : .goesOn
        }
    }

    /// Nobody is told anything.
    private struct Reporting: RunReporting {
        func report(_ run: Run) {}
        func stepBegan(in run: Run, at instant: ContinuousClock.Instant) {}
        func rested(_ run: Run) {}
        func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] { value }
    }
}
