internal import AetherRuntime
package import AetherStorage

/// Looking for workflows.
extension Engine {
    package struct SearchPage: Sendable {
        /// The youngest first.
        package var workflows: [WorkflowSummary] = []
        /// Where to go on; `nil` at the end.
        package var next: WorkflowCursor?
    }

    /// How many workflows one call looks at: what is asked for may be rare, and nobody is to wait for that long.
    private static let lookedAt = 20_000
    private static let searchedPage = 1_000

    /// A page of what is looked for, of all tiers. A page may be short, or empty, though there is more.
    ///
    /// - Throws: `unavailable`.
    package func search(
        _ search: WorkflowSearch, after cursor: WorkflowCursor?, limit: Int
    ) async throws(EngineError) -> SearchPage {
        var result = SearchPage()
        var place = search.start(after: cursor)
        var seen = 0
        while seen < Self.lookedAt {
            let size = search.isSelective ? Self.searchedPage : limit + 1
            let page = try await list(search.filter, after: place, limit: size)
            for summary in page {
                if search.isOver(at: summary) { return result }
                if search.matches(summary) {
                    if result.workflows.count == limit {
                        result.next = place
                        return result
                    }
                    result.workflows.append(summary)
                }
                place = WorkflowCursor(summary)
            }
            if page.count < size { return result }
            seen += page.count
        }
        result.next = place
        return result
    }

    /// How many there are of what is looked for, by state.
    ///
    /// - Returns: the counts, and whether all were counted: with more to look at than one call does, only the youngest are.
    /// - Throws: `unavailable`.
    package func count(_ search: WorkflowSearch) async throws(EngineError) -> (WorkflowCounts, isComplete: Bool) {
        if search.isForAll { return (try await counts(), true) }
        var counts = WorkflowCounts()
        var place = search.start(after: nil)
        var seen = 0
        while seen < Self.lookedAt {
            let page = try await list(search.filter, after: place, limit: Self.searchedPage)
            for summary in page {
                if search.isOver(at: summary) { return (counts, true) }
                if search.matches(summary) { counts[summary.state] += 1 }
            }
            guard page.count == Self.searchedPage, let last = page.last else { return (counts, true) }
            place = WorkflowCursor(last)
            seen += page.count
        }
        return (counts, false)
    }

    /// The workflow types there are runs of, or workers for, in order.
    ///
    /// - Throws: `unavailable`.
    package func types(prefix: String, limit: Int) async throws(EngineError) -> [String] {
        var types: Set<String> = []
        do throws(StoreError) {
            for lane in lanes.values { types.formUnion(try await lane.store.types(prefix: prefix, limit: limit)) }
        } catch {
            throw EngineError(.unavailable, "workflow types can't be listed: \(error)")
        }
        for queue in await scheduler.overview {
            if case .workflow(let type) = queue.resource, type.utf8.starts(with: prefix.utf8) { types.insert(type) }
        }
        return Array(types.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.prefix(limit))
    }
}

extension WorkflowSearch {
    /// Whether it leaves out any of what the filter's index finds.
    fileprivate var isSelective: Bool { !idPrefix.isEmpty || !text.isEmpty }

    /// Where a list that goes from the young to the old comes to what may match.
    fileprivate func start(after cursor: WorkflowCursor?) -> WorkflowCursor? {
        guard let createdBefore else { return cursor }
        // No id is before the empty one.
        let bound = WorkflowCursor(createdAt: createdBefore, id: WorkflowID(rawValue: ""))
        guard let cursor else { return bound }
        return (cursor.createdAt, cursor.id) < (bound.createdAt, bound.id) ? cursor : bound
    }

    /// Whether nothing matches from here on.
    fileprivate func isOver(at summary: WorkflowSummary) -> Bool {
        createdFrom.map { summary.createdAt < $0 } ?? false
    }
}
