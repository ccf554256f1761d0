package import AetherRuntime
package import AetherStorage

/// The children of a run, for people.
extension Engine {
    package struct Child: Sendable {
        /// The operation of the parent that started it.
        package var key: OperationKey
        package var start: ChildStart
        /// How it stands; `nil` when it is not there: not yet, or no longer.
        package var summary: WorkflowSummary?
    }

    package struct ChildPage: Sendable {
        package var children: [Child] = []
        /// The place in the parent's journal where to go on; `nil` at the end.
        package var next: UInt64?
    }

    /// How many entries of a journal one call looks at.
    private static let entriesLookedAt = 20_000

    /// Children in the order in which they were started. A page may be short, or empty, though there is more.
    ///
    /// - Throws: `notFound`, `unavailable`.
    package func children(
        of id: WorkflowID, after: UInt64, limit: Int
    ) async throws(EngineError) -> ChildPage {
        var result = ChildPage()
        var place = after
        while result.next == nil {
            let page = try await history(id, after: place, limit: Self.journalPage)
            for entry in page {
                place = entry.sequence
                guard case .childStarted(let key, let start) = entry.event else { continue }
                result.children.append(Child(key: key, start: start))
                if result.children.count == limit { break }
            }
            if result.children.count == limit || place - after >= UInt64(Self.entriesLookedAt) { result.next = place }
            if result.next == nil, page.count < Self.journalPage { break }
        }
        try await addSummaries(to: &result.children)
        return result
    }

    private func addSummaries(to children: inout [Child]) async throws(EngineError) {
        let ids = children.map(\.start.id)
        if ids.isEmpty { return }
        var found: [WorkflowID: StoredWorkflow] = [:]
        do throws(StoreError) {
            for lane in lanes.values {
                found.merge(try await lane.store.workflows(ids, entries: 0)) { first, _ in first }
            }
        } catch {
            throw EngineError(.unavailable, "children can't be read: \(error)")
        }
        for index in children.indices { children[index].summary = found[children[index].start.id]?.summary }
    }
}
