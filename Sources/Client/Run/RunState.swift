internal import AetherRuntime
internal import DequeModule

/// What a run in this worker's memory has called, what is resolved, and what is to be reported: the decisions behind
/// ``Run``, which holds it under a lock.
///
/// An operation is a step, whose closure this worker executes, or remote: its start is a record of this worker's, its
/// outcome an entry of the server's. Both are called, cancelled and resolved alike:
///
/// | | called live | called while replaying |
/// |---|---|---|
/// | step | the closure begins | begins after the replay, unless its outcome was in the journal |
/// | remote | the start is reported | reported after the replay, unless it was in the journal |
///
/// When its caller is cancelled it is *abandoned*: whatever the journal says of it later is passed over. That a remote one
/// was abandoned is reported too; while replaying, only after the replay, unless the journal says so.
struct RunState {
    enum Ending {
        case open
        /// No closure begins any more: the worker shuts down.
        case draining
        /// The function has ended, or the run is no longer this worker's.
        case ended
    }

    // What was called. The extensions by topic, and nobody else, change what follows.

    /// Operations that were called and are not resolved, and those that are kept.
    var operations: [OperationKey: Operation] = [:]
    /// Operations that were abandoned before their outcome, and whether they had begun as far as the server knows.
    var abandoned: [OperationKey: Bool] = [:]
    /// Remote operations whose cancellation the journal does not have yet.
    var cancellations: Set<OperationKey> = []
    /// Of those, the ones to be reported once the replay is over and the operation has begun, in order.
    var unreportedCancellations: [OperationKey] = []
    /// Operations to begin once the replay is over and the run at rest, in order.
    var parked: [OperationKey] = []
    /// How many operations are not the server's alone: steps, and remote ones whose start is not reported.
    var unsettled = 0
    /// How many callers wait.
    var waiting = 0
    var occurrences: [String: Int] = [:]
    var compensations: [@Sendable () async throws -> Void] = []
    /// Whether compensations run: a cancel then interrupts nothing.
    var isCompensating = false

    // The journal.

    /// What it says next, by sequence, as far as it has arrived.
    var arrived: ArrivedEntries
    var nextSequence: UInt64 = 1
    /// How many entries that resolve something were seen.
    var historyLength = 0
    /// Entries behind `nextSequence` that were taken before their turn: for an operation added to the code, or because the run had
    /// gone on with them before they were in the journal.
    var takenAhead: Set<UInt64> = []
    /// Entries that are to be taken before another one, by that one's sequence: the run, in another worker, went on with them
    /// before it had seen that one.
    var earlier: [UInt64: Deque<UInt64>]
    /// The last entry of the journal the run came with.
    let replayEnd: UInt64
    /// The versions of changes that the journal has, by operation.
    var versions: [OperationKey: UInt32] = [:]
    /// Those that need no entry: of changes that the run passed before they were made, and of entries it is past.
    var settledVersions: [OperationKey: UInt32] = [:]
    /// What random numbers are derived from.
    let seed: UInt64
    /// The time of the last entry that resolved something.
    var now: Timestamp
    var isCancelRequested = false
    /// What was sent to the run and not taken yet, by the sequence of the entry that received it.
    var signals: [UInt64: [UInt8]] = [:]

    // Going ahead of the journal.

    /// How many outcomes of steps the run may go on with that are not acknowledged.
    let stepsAhead: Int
    /// How far the server's time is ahead of this worker's, in milliseconds.
    let serverAhead: Int64
    /// Steps that have completed, with their results, and that the run goes on with when it is at rest.
    var early: Deque<(operation: Operation, result: [UInt8])> = []

    // Reports.

    /// What is not acknowledged yet.
    var records: [WorkerRecord] = []
    /// The number of the first of `records` within the lease.
    var firstRecord: UInt64 = 1
    var isReporting = false
    /// Whether the answer to the report under way is not to be heeded.
    var isAnswerLate = false
    var ending = Ending.open
    /// The name of the step last told to the server as running; empty when none was.
    var toldStep = ""
    var stepToTell: String?
    /// Whether the run may work, or only waits for the server.
    var activity = Activity.wakening
    /// Whether the function was called.
    var hasBegun = false
    /// The place in the journal where the run was last said to wait only.
    var toldWaiting: UInt64?
    var waitingToTell: UInt64?
    /// Whether the run is to be given back, because the worker makes room.
    var isGivingBack = false
    /// Whether the report under way gives the run back.
    var isGiveBackReported = false
    /// Why the run can't go on here: its code does not fit its journal.
    var blockage: Blockage?

    /// - Parameters:
    ///   - journal: how far the run has come; it ends with the lease of this worker, just now.
    ///   - stepsAhead: how many outcomes of steps it may go on with that are not acknowledged.
    ///   - clock: the time as this worker has it.
    init(journal: [JournalEntry], stepsAhead: Int = 0, at clock: @autoclosure () -> Timestamp) {
        self.stepsAhead = stepsAhead
        serverAhead = stepsAhead == 0 ? 0 : (journal.last?.time).map { $0.rawValue &- clock().rawValue } ?? 0
        earlier = Self.earlier(in: journal)
        replayEnd = journal.last?.sequence ?? 0
        now = journal.first?.time ?? Timestamp(millisecondsSinceEpoch: 0)
        if case .started(let start) = journal.first?.event { seed = start.seed } else { seed = 0 }
        arrived = ArrivedEntries(journal)
        for entry in journal {
            if case .versionSet(let key, _, let version) = entry.event { versions[key] = version }
        }
    }

    var isReplaying: Bool { nextSequence <= replayEnd }

    // MARK: Calls

    mutating func nextKey(scope: String, kind: String, name: String) -> OperationKey {
        let stem = OperationKey.stem(scope: scope, kind: kind, name: name)
        occurrences[stem, default: 0] += 1
        return OperationKey(stem: stem, occurrence: occurrences[stem, default: 1])
    }

    /// Calls an operation. Live, a remote one is given to be reported; a step is the caller's to begin.
    ///
    /// - Returns: the operation.
    @discardableResult
    mutating func call(_ key: OperationKey, _ work: Operation.Work) -> Operation {
        let operation = Operation(key: key, work: work)
        operations[key] = operation
        unsettled += 1
        if isReplaying { park(operation) } else { start(operation) }
        return operation
    }

    mutating func park(_ operation: Operation) {
        guard !operation.isParked else { return }
        operation.isParked = true
        parked.append(operation.key)
    }

    private mutating func start(_ operation: Operation) {
        guard let work = operation.remote, !operation.isStarted, blockage == nil else { return }
        setStarted(operation)
        records.append(work.start)
    }

    mutating func setStarted(_ operation: Operation) {
        guard !operation.isStarted else { return }
        operation.isStarted = true
        unsettled -= 1
    }

    mutating func remove(_ operation: Operation) {
        operations[operation.key] = nil
        operation.isCalled = false
        if !operation.isStarted { unsettled -= 1 }
    }

    /// Lets a caller wait for an operation.
    ///
    /// - Returns: the resolution, if there is no need to wait: the continuation is then the caller's to resume.
    mutating func wait(for operation: Operation, _ waiter: Operation.Waiter) -> Operation.Resolution? {
        guard ending != .ended, operation.isCalled else { return .cancelled }
        if waiter.isForStart, operation.isRecorded { return .completed([]) }
        if let outcome = operation.outcome { return outcome }
        operation.waiters.append(waiter)
        waiting += 1
        return nil
    }

    /// What is to begin now that the replay is over: remote operations are given to be reported, the steps are returned.
    mutating func takeParked() -> [Operation] {
        guard ending == .open || (ending == .draining && blockage == nil) else { return [] }
        guard !parked.isEmpty || !unreportedCancellations.isEmpty else { return [] }
        var keys = parked
        if isReplaying {
            guard !parked.isEmpty, isStuck else { return [] }
            keys = parked.filter(\.isAdded)
            parked.removeAll(where: \.isAdded)
        } else {
            parked = []
        }
        let steps = keys.compactMap { key -> Operation? in
            guard let operation = operations[key] else { return nil }
            operation.isParked = false
            start(operation)
            return operation.step == nil ? nil : operation
        }
        if isReplaying { return steps }
        for key in unreportedCancellations where operations[key]?.isStarted ?? abandoned[key] ?? false {
            records.append(.cancelOperation(key: key))
        }
        unreportedCancellations = []
        return steps
    }

    /// A child without which the run is not to end; `nil` when there is none any more.
    var nextAwaitedAtEnd: OperationKey? {
        guard ending != .ended else { return nil }
        return operations.values.first { $0.remote?.isAwaitedAtEnd == true && $0.outcome == nil }?.key
    }

    /// What the code has called that the journal does not have, as far as is known.
    var unrecorded: [OperationKey] { parked.filter { operations[$0]?.isStarted == false } }
}
