internal import AetherRuntime

/// The one writer of a node of a database, on a thread of its own, with one connection.
///
/// **When the connection breaks after a transaction was sent, nobody knows whether it was committed.** Therefore each
/// transaction begins by replacing the mark of its node, which must be the one that this writer left there last, by one
/// drawn for it (``WriteMark``). After reconnecting, the writer reads the mark with the row locked, which waits for a
/// transaction that is still running:
///
/// - It is that of the transaction in question: it was committed. Whoever waits for it hears so.
/// - It is an earlier one: it was not. The writer replaces the mark before anything else, so that what may still be on its
///   way to the server can't be committed any more, and sends the batch again.
/// - There is none: the node was evicted, and others may own its shards. It writes nothing before it has joined anew.
///
/// If the database can't be reached within ``PostgresStore/Configuration/patience``, the call fails as `unsettled` and the
/// question stays open until the same is asked for again. Until the next write, or the next ``probe()``, has settled it reads are
/// refused, so that nobody goes by a state that may change behind his back.
actor PostgresWriter {
    nonisolated let thread = DedicatedThread(name: "aether-postgres-writer")
    let session: PostgresSession
    let configuration: PostgresStore.Configuration
    let state: PostgresState
    private let context: PostgresContext
    var connection: PostgresConnection?
    var mark = WriteMark(0)
    private var unsettled: UnsettledWrite?
    /// The commit that turned out to be durable after it was thought lost, and after others have asked for something: the same is
    /// asked for again.
    private var repeatable: UnsettledWrite?
    var cache: PlaceCache
    /// This node; `nil` before it has joined, and once it was evicted.
    private var node: NodeCommands?
    private var wasEvicted = false
    let lease: Int64
    /// Whether a write is under way; while it waits for its next try others wait for it, in order.
    private var isBusy = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(session: PostgresSession, configuration: PostgresStore.Configuration, state: PostgresState) {
        self.session = session
        self.configuration = configuration
        self.state = state
        context = PostgresContext(name: session.target.name, purpose: .writing)
        cache = PlaceCache(limit: max(1, configuration.maximumPlaces))
        lease = configuration.lease.components.seconds * 1_000
    }

    deinit {
        thread.stop()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// It is another node from now on.
    func take(_ node: NodeCommands, mark: Int64, _ connection: PostgresConnection) {
        self.node = node
        self.mark = WriteMark(mark)
        self.connection = connection
        wasEvicted = false
        unsettled = nil
        repeatable = nil
        state.update { $0.isUnsettled = false }
    }

    /// Connects and brings the tables up to date.
    ///
    /// - Returns: which life the database is in.
    func open() throws(StoreError) -> UInt64 {
        let opening = PostgresContext(name: context.name, purpose: .opening)
        let fresh: PostgresConnection
        do throws(PostgresFailure) {
            fresh = try session.connect()
        } catch {
            throw opening.error(error)
        }
        try configuration.schema.prepare(fresh, name: context.name)
        do throws(PostgresFailure) {
            let rows = try fresh.run([WriterCommands.readIncarnation])
            guard rows[0].count == 1 else { throw .damaged("its table meta has no row") }
            connection = fresh
            return UInt64(bitPattern: rows[0].integer(0, 0))
        } catch {
            throw opening.error(error)
        }
    }

    func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        guard !batch.isEmpty else {
            try checkOpen()
            return []
        }
        var answer: Set<WorkflowID> = []
        try await retrying { () throws(PostgresFailure) in answer = try commitOnce(batch) }
        return answer
    }

    private func commitOnce(_ batch: [WorkflowWrite]) throws(PostgresFailure) -> Set<WorkflowID> {
        let connection = try connected()
        if let answer = takeSettled(.commit(batch)) { return answer }
        let groups = BatchGroup.groups(of: batch)
        try checkServed(groups)
        do throws(PostgresFailure) {
            return try write(batch, groups, isThorough: false, connection)
        } catch  where error.isDuplicate {
            return try write(batch, groups, isThorough: true, connection)
        }
    }

    /// Deletes closed workflows with their journals, in one transaction.
    ///
    /// - Returns: those that were there and closed.
    func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        let ids = Array(Set(ids))
        guard !ids.isEmpty else {
            try checkOpen()
            return []
        }
        var deleted: Set<WorkflowID> = []
        try await retrying { () throws(PostgresFailure) in deleted = try deleteOnce(ids) }
        return deleted
    }

    private func deleteOnce(_ ids: [WorkflowID]) throws(PostgresFailure) -> Set<WorkflowID> {
        let connection = try connected()
        if let answer = takeSettled(.delete(ids)) { return answer }
        let next = configuration.drawMark()
        return try transaction(next, on: connection) { () throws(PostgresFailure) in
            let rows = try connection.run([.begin, replaceMark(by: next), WriterCommands.lookUp(ids)])
            let closed = try WriterCommands.places(rows[2], of: ids).filter(\.value.state.isTerminal)
            var tally = TallyChange()
            for (id, place) in closed { tally.move(in: Shard(of: id), from: place, to: nil) }
            let removal = closed.isEmpty ? [] : BatchPlan.removal(of: Array(closed.keys))
            let commands = removal + (tally.command.map { [$0] } ?? [])
            let write = UnsettledWrite(
                request: .delete(ids), mark: next, answer: Set(closed.keys), places: closed.keys.map { ($0, nil) })
            return (write, commands)
        }
    }

    /// Writes more than a small batch would, and takes it back in the same transaction.
    func probe() async throws(StoreError) {
        try await retrying { () throws(PostgresFailure) in
            let connection = try connected()
            if takeSettled(.probe) != nil { return }
            let next = configuration.drawMark()
            _ = try transaction(next, on: connection) { () throws(PostgresFailure) in
                (
                    UnsettledWrite(request: .probe, mark: next),
                    [.begin, try replaceMark(by: next), WriterCommands.fill, WriterCommands.removeFill]
                )
            }
        }
    }

    /// Ends the node's membership, if the database is there.
    func close() {
        if let node, !wasEvicted, unsettled == nil, let connection, connection.isAlive() {
            _ = try? connection.run([
                .begin, replaceMark(of: node, by: configuration.drawMark()), node.release(.all), node.leave, .commit,
            ])
        }
        connection = nil
        thread.stop()
    }

    /// Writes a batch.
    ///
    /// What most batches have, steps of workflows written lately and new workflows, takes one round trip. Workflows that
    /// are not known are looked up in another one before.
    ///
    /// With `isThorough` the ids of new workflows are looked up too. If they are not and one is taken, nothing is written, and
    /// the failure is ``PostgresFailure/isDuplicate``.
    private func write(
        _ batch: [WorkflowWrite], _ groups: [BatchGroup], isThorough: Bool, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Set<WorkflowID> {
        let next = configuration.drawMark()
        var unknown = Set<WorkflowID>()
        for group in groups where isThorough || !group.isNew || group.replaces != .nothing {
            if cache[group.id] == nil { unknown.insert(group.id) }
        }
        return try transaction(next, on: connection) { () throws(PostgresFailure) in
            var commands: [PostgresCommand] = try [.begin, replaceMark(by: next)]
            var found: [WorkflowID: PostgresPlace] = [:]
            if !unknown.isEmpty {
                let ids = Array(unknown)
                found = try WriterCommands.places(connection.run(commands + [WriterCommands.lookUp(ids)])[2], of: ids)
                commands = []
            }
            let plan = try BatchPlan(groups, of: batch) { found[$0] ?? cache[$0] }
            let write = UnsettledWrite(
                request: .commit(batch), mark: next, answer: plan.leftOut, places: plan.places,
                entries: plan.entryCount,
                bytes: plan.byteCount)
            return (write, commands + plan.commands)
        }
    }

    /// Runs a transaction whose last statements, without the commit, a body says.
    func transaction(
        _ next: Int64, on connection: PostgresConnection,
        _ body: () throws(PostgresFailure) -> (UnsettledWrite, [PostgresCommand])
    ) throws(PostgresFailure) -> Set<WorkflowID> {
        do throws(PostgresFailure) {
            let (write, commands) = try body()
            mark.begin(next)
            unsettled = write
            try connection.run(commands + [.commit])
        } catch {
            // With an answer the outcome is known: the server has executed nothing behind what it refused.
            if !error.isLost {
                unsettled = nil
                mark.refuse(next)
                _ = try? connection.run([.rollback])
            }
            guard error.kind == .refused("22012") else { throw error }
            throw PostgresFailure(kind: .fenced, message: error.message)
        }
        mark.settle(next)
        return finish()
    }

    /// Takes over what has become durable.
    private func finish() -> Set<WorkflowID> {
        guard let write = unsettled else { return [] }
        unsettled = nil
        for (id, place) in write.places { cache.update(id, place) }
        state.update { values in
            values.writes += 1
            if case .commit = write.request { values.statistics.commits += 1 }
            values.statistics.entries += write.entries
            values.statistics.bytes += write.bytes
        }
        return write.answer
    }

    /// The answer to a request that was sent before, has turned out to be done, and comes again.
    func takeSettled(_ request: UnsettledWrite.Request) -> Set<WorkflowID>? {
        if let write = unsettled, write.isDurable {
            let answer = finish()
            if write.request == request { return answer }
            if case .commit = write.request { repeatable = write }
        }
        guard case .commit = request else { return nil }
        defer { repeatable = nil }
        return repeatable?.request == request ? repeatable?.answer : nil
    }

    /// The connection, made anew if it broke, with what was unsettled settled.
    func connected() throws(PostgresFailure) -> PostgresConnection {
        if let connection, connection.isAlive() { return connection }
        connection = nil
        let fresh = try session.connect()
        if unsettled?.isDurable == false { try settle(on: fresh) }
        state.update { $0.isUnsettled = false }
        connection = fresh
        return fresh
    }

    private func settle(on fresh: PostgresConnection) throws(PostgresFailure) {
        let node = try joined()
        let rows = try fresh.run([
            .begin, node.readMark,
        ])
        guard rows[1].count == 1 else { throw PostgresFailure(kind: .fenced, message: "the node is gone") }
        let found = rows[1].integer(0, 0)
        guard mark.owns(found) else { throw .damaged("the mark of its node \(node.id) is another one's") }
        if found == unsettled?.mark {
            unsettled?.isDurable = true
            mark.settle(found)
            try fresh.run([.rollback])
        } else {
            let next = configuration.drawMark()
            mark.begin(next)
            try fresh.run([node.setMark(next), .commit])
            mark.settle(next)
            unsettled = nil
        }
    }

    /// Runs a body until it succeeds, fails for good, or patience is at its end.
    func retrying(_ body: () throws(PostgresFailure) -> Void) async throws(StoreError) {
        if isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer { passOn() }
        var budget = RetryBudget(patience: configuration.patience)
        while true {
            try checkOpen()
            let failure: PostgresFailure
            do throws(PostgresFailure) {
                try body()
                return
            } catch {
                failure = error
            }
            if failure.isLost || failure.isReadOnly { connection = nil }
            if failure.kind == .fenced {
                wasEvicted = true
                // What has come of it is for those to find out who read the database anew.
                unsettled = nil
            }
            guard let delay = budget.delay(after: failure), await wait(delay) else {
                var error = context.error(failure)
                if unsettled?.isDurable == false {
                    state.update { $0.isUnsettled = true }
                    error.code = .unsettled
                }
                throw error
            }
        }
    }

    /// Lets the next write begin. It stays busy if there is one, so that none that comes later gets in between.
    private func passOn() {
        guard !waiting.isEmpty else {
            isBusy = false
            return
        }
        waiting.removeFirst().resume()
    }

    /// - Returns: `false` when the task was cancelled.
    private func wait(_ delay: Duration) async -> Bool {
        do {
            try await configuration.clock.sleep(for: delay)
            return true
        } catch {
            return false
        }
    }

    private func replaceMark(by next: Int64) throws(PostgresFailure) -> PostgresCommand {
        replaceMark(of: try joined(), by: next)
    }

    func replaceMark(of node: NodeCommands, by next: Int64) -> PostgresCommand {
        node.replaceMark(mark.current, by: next)
    }

    func joined() throws(PostgresFailure) -> NodeCommands {
        if wasEvicted { throw PostgresFailure(kind: .fenced, message: "") }
        guard let node else { throw PostgresFailure(kind: .unjoined, message: "") }
        return node
    }

    private func checkOpen() throws(StoreError) {
        guard !state.current.isClosed else {
            throw StoreError(code: .closed, message: "the database \(context.name) is closed")
        }
    }
}
