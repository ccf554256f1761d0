public import AetherRuntime

/// Where journals live: the one thing that must not forget.
///
/// A store keeps, for every workflow, one ``WorkflowSummary`` and its journal entries in order. The engine is its only
/// writer: it has at most one ``commit(_:)`` under way, orders the writes of one workflow, and hands in no write of a
/// workflow that the store does not own. Reads may come at any time and see what is committed.
///
/// `AetherStoreConformance` tests any implementation against this contract.
public protocol WorkflowStore: Sendable {
    /// Makes a batch durable as a whole: either all of it is there after a crash at any moment, or nothing.
    ///
    /// When it returns, everything in the batch is as durable as the store promises. A write with
    /// ``WorkflowWrite/isNew`` whose id exists already is left out, with the batch's later writes of that id, and
    /// reported; the rest of the batch is committed. With ``WorkflowWrite/replaces`` too, a closed workflow of the
    /// id goes with its journal in the same transaction instead, and only an open one has the write left out, or goes too if the write says so. A write of
    /// a workflow that is not there is refused with the whole batch, as ``StoreError/Code/corrupt``.
    ///
    /// Entries without a summary make a passive workflow active again: whoever appended them has it in memory, and after
    /// a crash somebody has to look at them.
    ///
    /// - Parameter batch: the writes, in the order of their decisions. A workflow may occur several times; its entries
    ///   then follow one another.
    /// - Returns: the ids of new workflows that were there before and were left out.
    /// - Throws: ``StoreError``; nothing of the batch is then there, and the same batch may be tried again. With `unsettled`
    ///   it may be there: the same batch is then committed again, before any other, and the store says what has come of it, or
    ///   writes it.
    func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID>

    /// The thread on which ``commit(_:)`` blocks, if it blocks one: whoever calls it from there saves a hop and the hop back.
    /// It is a task's executor too, so that a task which waits in between is resumed there.
    /// `nil`, the default, for a store that blocks nobody.
    var committer: (any SerialExecutor & TaskExecutor)? { get }

    /// What lists show of one workflow.
    ///
    /// - Returns: `nil` when no workflow has this id.
    func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary?

    /// Several workflows at once, with the beginnings of their journals: what ``summary(of:)`` and
    /// ``journal(of:after:limit:)`` say of each. A store that can should read them together; the default asks for one after
    /// the other.
    ///
    /// - Parameters:
    ///   - ids: the workflows.
    ///   - limit: the most entries of each; 0 for none.
    /// - Returns: what there is, by id. Unknown ids are left out.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func workflows(_ ids: [WorkflowID], entries limit: Int) async throws(StoreError) -> [WorkflowID: StoredWorkflow]

    /// A stretch of a workflow's journal, in order.
    ///
    /// - Parameters:
    ///   - id: the workflow.
    ///   - after: the sequence before the first entry wanted; 0 for the beginning.
    ///   - limit: the most entries to return; at least 1.
    /// - Returns: the entries from `after + 1` on; empty behind the end and for an unknown id.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func journal(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(StoreError) -> [JournalEntry]

    /// The last entry of a workflow's journal: for a closed workflow the one that closed it.
    func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry?

    /// Workflows, the youngest first (by ``WorkflowSummary/createdAt``, then by id, both descending).
    ///
    /// - Parameters:
    ///   - filter: which ones.
    ///   - cursor: where the page before ended; `nil` for the first page.
    ///   - limit: the most to return; at least 1.
    /// - Returns: the next page; empty behind the end.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary]

    /// The workflow types there are workflows of, in the order of their UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - prefix: how they begin; empty for all.
    ///   - limit: the most to return; at least 1.
    /// - Returns: each once.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func types(prefix: String, limit: Int) async throws(StoreError) -> [String]

    /// Open workflows (pending or running) in a stable order, for recovery at start. Passive ones are left out.
    ///
    /// - Parameters:
    ///   - after: the last id of the page before; `nil` for the first.
    ///   - limit: the most to return; at least 1.
    /// - Returns: the next page; empty behind the end.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID]

    /// Open passive workflows that have to be woken: the earliest ``WorkflowSummary/wakeAt`` first, then by id.
    ///
    /// - Parameters:
    ///   - instant: workflows whose time is at this instant or before it.
    ///   - limit: the most to return; at least 1.
    /// - Returns: the ids; whoever wants more than the limit makes these active, and asks again.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID]

    /// When the first open passive workflow has to be woken; `nil` when none of them waits for a time.
    ///
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func nextWake() async throws(StoreError) -> Timestamp?

    /// How many workflows there are in each state. Constant time.
    func counts() async throws(StoreError) -> WorkflowCounts

    /// How much the journals of closed workflows take, by state. Constant time.
    func closedBytes() async throws(StoreError) -> ClosedBytes

    /// Closed workflows of one state, the oldest first (by ``WorkflowSummary/createdAt``, then by id).
    ///
    /// - Parameters:
    ///   - state: how they ended.
    ///   - cursor: where the page before ended; `nil` for the first page.
    ///   - limit: the most to return; at least 1.
    /// - Returns: the next page; empty behind the end, and for a state that is no end.
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow]

    /// Which one of its lives the store is in: a random number that is drawn when it is put back to a backup, and 0 before
    /// that ever happened. Leases that workers hold from another life do not count.
    var incarnation: UInt64 { get }

    /// The time of the newest entry, as far as that is known without much reading: a server's clock goes on from there when the
    /// machine's was set back. `nil`, the default, where it is not known.
    ///
    /// - Throws: ``StoreError``: `inaccessible`, `corrupt`, `closed`.
    func newestTime() async throws(StoreError) -> Timestamp?

    /// Forgets closed workflows with all their entries. Unknown and open ones are left alone.
    ///
    /// - Returns: the ids of those that are gone now.
    func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID>

    /// Tries whether writes succeed, without changing anything.
    ///
    /// - Throws: ``StoreError`` while they don't.
    func probe() async throws(StoreError)

    /// Writes down what lags, and lets go of the database. Further calls throw ``StoreError/Code/closed``.
    func close() async
}

extension WorkflowStore {
    public var committer: (any SerialExecutor & TaskExecutor)? { nil }

    public var incarnation: UInt64 { 0 }

    public func newestTime() async throws(StoreError) -> Timestamp? { nil }

    public func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) async throws(StoreError) -> [WorkflowID: StoredWorkflow] {
        var found: [WorkflowID: StoredWorkflow] = [:]
        for id in ids {
            guard let summary = try await summary(of: id) else { continue }
            let entries = limit > 0 ? try await journal(of: id, after: 0, limit: limit) : []
            found[id] = StoredWorkflow(summary: summary, entries: entries)
        }
        return found
    }
}
