internal import AetherRuntime

extension DatabaseDoctor {
    /// Checks a child against its parent's journal. That its parent does not know of its end is no contradiction: it is told
    /// when it is read back. Nor is one that is gone, or another run by now.
    func checkFamily(of child: WorkflowExecution, _ link: ParentLink) throws(StoreError) {
        guard let parent = try parent(link.workflow), parent.seed == link.seed else { return }
        func found(_ message: String) { self.found(DatabaseFinding(.family, of: child.id, message)) }
        guard let recorded = parent.children[link.key], recorded.id == child.id else {
            return found("its parent \(link.workflow) did not start it: that has no \(link.key.rawValue) with its id")
        }
        guard let end = recorded.end, end != child.state else { return }
        found("it is \(child.state.name), and its parent \(link.workflow) has recorded that it ended as \(end.name)")
    }

    /// - Returns: `nil` when there is none that can be read.
    private func parent(_ id: WorkflowID) throws(StoreError) -> FamilyCache.Parent? {
        if let known = families[id] { return known }
        try find.bind(id.rawValue, at: 1)
        let isThere = try find.step()
        let (row, head) = (find.integer(0), find.integer(1))
        find.reset()
        guard isThere, case .success(let rows) = try content.chain(to: content.head(head, of: row), of: row) else {
            return nil
        }
        var parent: FamilyCache.Parent?
        for row in rows {
            let event: JournalEvent
            do {
                event = try content.entry(row).entry.event
            } catch  where error.code == .corrupt {
                return nil
            }
            switch event {
            case .started(let start): parent = FamilyCache.Parent(seed: start.seed)
            case .childStarted(let key, let child): parent?.children[key] = FamilyCache.Child(id: child.id)
            case .childClosed(let key, let outcome): parent?.children[key]?.end = outcome.state
            default: break
            }
        }
        if let parent { families.keep(parent, of: id) }
        return parent
    }
}
