import AetherRuntime
import AetherStorage
import Testing

/// A memory store whose commits the test holds back or lets fail.
final class FaultyStore: WorkflowStore {
    private struct State: Sendable {
        var isGateOpen = true
        var failures = 0
        var isBroken = false
        /// Whether the next commit is not answered, and is there all the same.
        var lostAnswer: Bool?
        var unsettled: Unsettled?
        /// Every commit that began.
        var attempts: [[WorkflowWrite]] = []
        var commits: [[WorkflowWrite]] = []
        var unreadable: Set<WorkflowID> = []
        /// Those after so many wait.
        var summariesBeforeHold = Int.max
        var summariesRead = 0
    }

    /// A commit that nobody knows of whether it is there.
    private struct Unsettled: Sendable {
        var batch: [WorkflowWrite]
        /// What was left out, if it is there.
        var answer: Set<WorkflowID>?
    }

    let memory: MemoryStore
    private let state = Observed(State())

    init(_ memory: MemoryStore = MemoryStore()) {
        self.memory = memory
    }

    static let error = StoreError(code: .unwritable, message: "the disk is full")

    /// Commits that begin from now on wait.
    func closeGate() { state.update { $0.isGateOpen = false } }
    func openGate() { state.update { $0.isGateOpen = true } }

    /// The next commits fail; the store then is well again.
    func failCommits(_ count: Int) { state.update { $0.failures = count } }
    /// The next commit is not answered: it is there, or not.
    func loseAnswer(isWritten: Bool) { state.update { $0.lostAnswer = isWritten } }
    /// All commits and probes fail until ``repair()``.
    func breakDown() { state.update { $0.isBroken = true } }
    func repair() {
        state.update { state in
            state.isBroken = false
            state.failures = 0
            state.unreadable = []
        }
    }
    func makeUnreadable(_ id: WorkflowID) { state.update { _ = $0.unreadable.insert(id) } }

    /// How many commits began so far.
    var attempts: Int { state.value.attempts.count }
    /// What was committed, one batch each.
    var commits: [[WorkflowWrite]] { state.value.commits }

    /// Summaries that are read after so many more wait.
    func holdSummaries(after count: Int = 0) { state.update { $0.summariesBeforeHold = $0.summariesRead + count } }
    func releaseSummaries() { state.update { $0.summariesBeforeHold = .max } }
    func untilSummariesRead(_ count: Int) async { await state.until { $0.summariesRead >= count } }
    /// How often a summary was read.
    var summariesRead: Int { state.value.summariesRead }

    /// Waits until so many commits have begun.
    func untilAttempts(_ count: Int) async { await state.until { $0.attempts.count >= count } }

    /// The whole journal of a run, as stored.
    func entries(_ id: WorkflowID) async throws -> [JournalEntry] {
        try await memory.journal(of: id, after: 0, limit: 100_000)
    }

    func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        state.update { $0.attempts.append(batch) }
        await state.until { $0.isGateOpen }
        let fails = state.update { state in
            if state.failures > 0 {
                state.failures -= 1
                return true
            }
            return state.isBroken
        }
        if fails { throw Self.error }
        let (lost, unsettled) = state.update { state in
            defer { (state.lostAnswer, state.unsettled) = (nil, nil) }
            return (state.lostAnswer, state.unsettled)
        }
        if let unsettled, unsettled.batch != batch { Issue.record("another batch comes first") }
        if let answer = unsettled?.answer { return answer }
        let taken = lost == false ? nil : try await memory.commit(batch)
        if taken != nil { state.update { $0.commits.append(batch) } }
        if lost != nil {
            state.update { $0.unsettled = Unsettled(batch: batch, answer: taken) }
            throw StoreError(code: .unsettled, message: "the connection is lost")
        }
        return taken ?? []
    }

    func probe() async throws(StoreError) {
        if state.value.isBroken { throw Self.error }
    }

    func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        let number = state.update { state in
            state.summariesRead += 1
            return state.summariesRead
        }
        await state.until { number <= $0.summariesBeforeHold }
        if state.value.unreadable.contains(id) { throw StoreError(code: .inaccessible, message: "a bad sector") }
        return try await memory.summary(of: id)
    }

    func journal(of id: WorkflowID, after: UInt64, limit: Int) async throws(StoreError) -> [JournalEntry] {
        if state.value.unreadable.contains(id) { throw StoreError(code: .inaccessible, message: "a bad sector") }
        return try await memory.journal(of: id, after: after, limit: limit)
    }

    func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try await memory.lastEntry(of: id)
    }

    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await memory.list(filter, after: cursor, limit: limit)
    }

    func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await memory.types(prefix: prefix, limit: limit)
    }

    func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await memory.openWorkflows(after: after, limit: limit)
    }

    func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await memory.dueWorkflows(before: instant, limit: limit)
    }

    func nextWake() async throws(StoreError) -> Timestamp? { try await memory.nextWake() }
    func counts() async throws(StoreError) -> WorkflowCounts { try await memory.counts() }
    func closedBytes() async throws(StoreError) -> ClosedBytes { try await memory.closedBytes() }
    func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        try await memory.closedWorkflows(state, after: cursor, limit: limit)
    }
    func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> { try await memory.delete(ids) }
    func close() async { await memory.close() }
}
