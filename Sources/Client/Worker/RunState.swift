internal import AetherRuntime

/// What a run in this worker's memory has called, what is resolved, and what is to be reported: the decisions behind
/// ``Run``, which holds it under a lock.
struct RunState {
    struct Operation {
        let key: OperationKey
        /// Counts the calls of the run: what is resolved together is resolved in this order.
        let call: Int
        let closure: @Sendable () async throws -> [UInt8]
        let continuation: CheckedContinuation<Run.Resolution, Never>
        /// The closure's task, once it has begun.
        var task: Task<Void, Never>?
        /// When the closure began; `nil` before, and again when it has ended.
        var startedAt: ContinuousClock.Instant?
    }

    enum Ending {
        case open
        /// No closure begins any more: the worker shuts down.
        case draining
        /// The function has ended, or the run is no longer this worker's.
        case ended
    }

    /// What the journal says next.
    enum Next {
        /// It has not arrived.
        case nothing
        case resume([(Operation, Run.Resolution)])
        /// The outcome of an operation that the code, at rest, has not called.
        case blocked(OperationKey)
    }

    /// Operations that were called and are not resolved.
    private(set) var waiting: [OperationKey: Operation] = [:]
    /// Operations that were cancelled before their outcome: should one come, it is passed over.
    private var abandoned: Set<OperationKey> = []
    /// Operations called during the replay, in order: those without a recorded outcome begin when it is over.
    private var parked: [OperationKey] = []
    private var occurrences: [String: Int] = [:]
    private var calls = 0
    /// What the journal says next, by sequence, as far as it has arrived.
    private var arrived: [UInt64: JournalEvent]
    private var nextSequence: UInt64 = 1
    /// The last entry of the journal the run came with.
    private let replayEnd: UInt64
    /// What is not acknowledged yet.
    private(set) var records: [WorkerRecord] = []
    /// The number of the first of `records` within the lease.
    private(set) var firstRecord: UInt64 = 1
    private(set) var isCancelRequested = false
    var isReporting = false
    var ending = Ending.open
    /// The name of the step last told to the server as running; empty when none was.
    private(set) var toldStep = ""
    var stepToTell: String?

    init(arrived: [UInt64: JournalEvent], replayEnd: UInt64) {
        self.arrived = arrived
        self.replayEnd = replayEnd
    }

    var isReplaying: Bool { nextSequence <= replayEnd }

    // MARK: Calls

    mutating func nextKey(scope: String, kind: String, name: String) -> OperationKey {
        let first = OperationKey(scope: scope, kind: kind, name: name, occurrence: 1)
        let count = occurrences[first.rawValue, default: 0] + 1
        occurrences[first.rawValue] = count
        return count == 1 ? first : OperationKey(scope: scope, kind: kind, name: name, occurrence: count)
    }

    mutating func call(
        _ key: OperationKey, _ closure: @escaping @Sendable () async throws -> [UInt8],
        _ continuation: CheckedContinuation<Run.Resolution, Never>
    ) {
        calls += 1
        waiting[key] = Operation(key: key, call: calls, closure: closure, continuation: continuation)
        if isReplaying { parked.append(key) }
    }

    /// The operations whose closures may begin, once the replay is over.
    mutating func takeParked() -> [OperationKey] {
        guard !isReplaying, !parked.isEmpty else { return [] }
        defer { parked = [] }
        return parked.filter { waiting[$0] != nil }
    }

    mutating func begin(_ key: OperationKey, _ task: Task<Void, Never>, at instant: ContinuousClock.Instant) {
        waiting[key]?.task = task
        waiting[key]?.startedAt = instant
    }

    /// The closure of an operation has ended.
    ///
    /// - Returns: whether anyone still wants to know.
    mutating func finish(_ key: OperationKey, _ record: WorkerRecord) -> Bool {
        guard waiting[key] != nil, ending != .ended else { return false }
        waiting[key]?.startedAt = nil
        records.append(record)
        if !toldStep.isEmpty { tell(oldestStep(runningSince: nil)) }
        return true
    }

    mutating func close(_ outcome: WorkflowOutcome) -> Bool {
        guard ending != .ended else { return false }
        records.append(.close(outcome))
        return true
    }

    mutating func abandon(_ key: OperationKey) -> Operation? {
        guard let operation = waiting.removeValue(forKey: key) else { return nil }
        abandoned.insert(key)
        return operation
    }

    mutating func takeAll() -> [Operation] {
        defer { waiting = [:] }
        return waiting.values.sorted { $0.call < $1.call }
    }

    // MARK: The journal

    mutating func arrive(_ sequence: UInt64, _ event: JournalEvent) {
        if sequence >= nextSequence { arrived[sequence] = event }
    }

    mutating func resolveNext() -> Next {
        guard ending != .ended else { return .nothing }
        while let event = arrived.removeValue(forKey: nextSequence) {
            switch event {
            case .stepCompleted(let key, let result):
                if let next = resolve(key, .completed(result)) { return next }
            case .stepFailed(let key, let failure):
                if let next = resolve(key, .failed(failure)) { return next }
            case .cancelRequested:
                nextSequence += 1
                isCancelRequested = true
                let cancelled = waiting.values.sorted { $0.call < $1.call }.compactMap { abandon($0.key) }
                if !cancelled.isEmpty { return .resume(cancelled.map { ($0, .cancelled) }) }
            default:
                // Entries of the run itself, and of operations that this SDK does not call.
                nextSequence += 1
            }
        }
        return .nothing
    }

    private mutating func resolve(_ key: OperationKey, _ resolution: Run.Resolution) -> Next? {
        if let operation = waiting.removeValue(forKey: key) {
            nextSequence += 1
            return .resume([(operation, resolution)])
        }
        // The place in the journal is left as it is: nothing behind it is resolved any more.
        guard abandoned.remove(key) != nil else { return .blocked(key) }
        nextSequence += 1
        return nil
    }

    /// What the code has called that the journal does not have, as far as is known.
    var unrecorded: [OperationKey] { parked.filter { waiting[$0] != nil } }

    // MARK: Reports

    /// The server has stored the first records, at these places in the journal.
    ///
    /// - Returns: whether the run has ended with them.
    mutating func acknowledge(_ sequences: [UInt64]) -> Bool {
        var hasClosed = false
        for (record, sequence) in zip(records, sequences) {
            switch record {
            case .stepCompleted(let key, let result): arrive(sequence, .stepCompleted(key: key, result: result))
            case .stepFailed(let key, let failure): arrive(sequence, .stepFailed(key: key, failure: failure))
            case .close: hasClosed = true
            default: break
            }
        }
        let count = min(sequences.count, records.count)
        records.removeFirst(count)
        firstRecord += UInt64(count)
        isReporting = false
        if hasClosed { ending = .ended }
        return hasClosed
    }

    var hasMoreToReport: Bool { !records.isEmpty || stepToTell != nil }

    mutating func tell(_ step: String) {
        guard step != toldStep else { return }
        toldStep = step
        stepToTell = step
    }

    var isRunningClosures: Bool { waiting.values.contains { $0.startedAt != nil } }

    /// Whether no closure runs and everything is reported.
    var isQuiet: Bool { ending == .ended || (!isReporting && records.isEmpty && !isRunningClosures) }

    /// The name of the step that has been running longest, of those that began before an instant; empty when none has.
    func oldestStep(runningSince instant: ContinuousClock.Instant?) -> String {
        let running = waiting.values.compactMap { operation in operation.startedAt.map { (operation.key, $0) } }
        guard let oldest = running.min(by: { $0.1 < $1.1 }) else { return "" }
        if let instant, oldest.1 > instant { return "" }
        return oldest.0.name
    }
}
