internal import AetherRuntime
internal import AetherStorage

/// One look at the ended runs of a state, the oldest first, in pages; it goes on where the last page ended.
struct RetentionSweep {
    let lane: Engine.Lane
    let state: WorkflowState
    let limit: RetentionPolicy.Limit
    private var cursor: WorkflowCursor?

    init(of state: WorkflowState, in lane: Engine.Lane, _ limit: RetentionPolicy.Limit) {
        self.state = state
        self.lane = lane
        self.limit = limit
    }

    /// The runs of the next page that are kept no longer.
    struct Page {
        /// How many runs were looked at.
        var seen = 0
        var expired: [ClosedWorkflow] = []
        /// Whether there are none behind it that may be kept no longer.
        var isLast = true
    }

    /// Takes the next page.
    ///
    /// - Parameters:
    ///   - now: the instant at which ages are measured.
    ///   - count: the most runs to look at.
    ///   - mayGo: says of runs which may be deleted at all. The others take nothing of what there is too much.
    /// - Returns: those that are to be deleted.
    /// - Throws: `StoreError` of the store, or of `mayGo`.
    mutating func next(
        at now: Timestamp, limit count: Int, mayGo: ([WorkflowID]) async throws(StoreError) -> Set<WorkflowID>
    ) async throws(StoreError) -> Page {
        var excess = 0
        if let most = limit.bytes { excess = try await lane.store.closedBytes()[state] - most }
        let deadline = limit.age.map { Timestamp(rawValue: now.rawValue - $0.wholeMilliseconds) }
        guard excess > 0 || deadline != nil else {
            cursor = nil
            return Page()
        }
        let found = try await lane.store.closedWorkflows(state, after: cursor, limit: count)
        func isOver(_ run: ClosedWorkflow) -> Bool {
            guard let deadline, let end = run.summary.completedAt else { return false }
            return end <= deadline
        }
        let candidates = excess > 0 ? found : found.filter(isOver)
        let free = candidates.isEmpty ? [] : try await mayGo(candidates.map(\.summary.id))
        var page = Page(seen: found.count)
        for run in candidates where free.contains(run.summary.id) && (excess > 0 || isOver(run)) {
            page.expired.append(run)
            excess -= run.bytes
        }
        // Nobody ends before he began: behind one that began after the deadline are none that are too old.
        let mayGoOn = found.last.map { last in excess > 0 || deadline.map { last.summary.createdAt <= $0 } ?? false }
        page.isLast = found.count < count || mayGoOn != true
        cursor = page.isLast ? nil : found.last.map { WorkflowCursor($0.summary) }
        return page
    }
}
