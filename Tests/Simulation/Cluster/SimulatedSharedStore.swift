import AetherRuntime
import AetherStorage

/// A server's way to the shared database, which settles a write of unknown outcome as the store for PostgreSQL does: by the mark
/// that each of its transactions leaves at its node.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedSharedStore: SharedStore, @unchecked Sendable {
    private enum Request: Equatable {
        case commit([WorkflowWrite])
        case delete([WorkflowID])
        case probe
        case membership
    }

    /// A transaction that was sent, and whose outcome is not known.
    private struct Unsettled {
        var request: Request
        var mark: UInt64
        var answer: Set<WorkflowID> = []
        var isDurable = false
    }

    /// How long, in all, a write waits between its tries, in milliseconds.
    private static let patience: Int64 = 5_000
    /// The same for what is read.
    private static let readPatience: Int64 = 1_000

    let leaseDuration = SharedDatabase.lease
    let connection: DatabaseConnection
    private let database: SharedDatabase
    private let machine: Machine
    private let world: World
    private var node: ClusterNode?
    private var wasEvicted = false
    private var mark: UInt64 = 0
    private var unsettled: Unsettled?
    /// The commit that turned out to be durable after it was thought lost, and after others have asked for something.
    private var repeatable: Unsettled?
    /// Whether nobody knows if the last write is there: then nothing is read.
    private var isUnsettled = false
    private var served = ShardSet()
    private var isClosed = false
    private var isBusy = false
    private var waiting: [UnsafeContinuation<Void, Never>] = []

    init(_ database: SharedDatabase, on machine: Machine, of world: World) {
        self.database = database
        self.machine = machine
        self.world = world
        connection = DatabaseConnection(world, name: machine.name)
    }

    var committer: (any SerialExecutor & TaskExecutor)? { machine }

    /// The server is gone. What it has sent may be done all the same.
    func cutOff() {
        isClosed = true
        connection.cut()
    }

    // MARK: The node

    func join(_ node: ClusterNode, replaces: Bool) async throws(StoreError) {
        try await retrying { () async throws(DatabaseFailure) in
            connection.drop()
            try await connection.connect()
            let mark = world.scheduler.random.next()
            try await connection.send { [database] () throws(DatabaseFailure) in
                try database.join(node, replaces: replaces, mark: mark)
            }
            (self.node, self.mark, wasEvicted) = (node, mark, false)
            (unsettled, repeatable, isUnsettled) = (nil, nil, false)
        }
    }

    func renew() async throws(StoreError) -> Membership {
        try await retrying { () async throws(DatabaseFailure) in
            try await connected()
            let (id, mark) = (try joined().id, mark)
            return try await connection.send { [database] () throws(DatabaseFailure) in
                try database.renew(id, mark: mark)
            }
        }
    }

    func change(evictions: [String], claims: ShardSet, releases: ShardSet) async throws(StoreError) {
        _ = try await retrying { () async throws(DatabaseFailure) in
            try await connected()
            _ = takeSettled(.membership)
            return try await transaction(.membership) { [database] (key) throws(DatabaseFailure) in
                try database.change(evictions: evictions, claims: claims, releases: releases, as: key)
                return []
            }
        }
    }

    func serve(_ shards: ShardSet) async { served = shards }

    // MARK: Writes

    func commit(_ batch: [WorkflowWrite]) async throws(StoreError) -> Set<WorkflowID> {
        if batch.isEmpty {
            try refuseIfClosed()
            return []
        }
        return try await retrying { () async throws(DatabaseFailure) in
            try await connected()
            if let answer = takeSettled(.commit(batch)) { return answer }
            if batch.contains(where: { !served.contains(Shard(of: $0.id)) }) { throw .unserved }
            return try await transaction(.commit(batch)) { [database] (key) async throws(DatabaseFailure) in
                try await database.commit(batch, as: key)
            }
        }
    }

    func delete(_ ids: [WorkflowID]) async throws(StoreError) -> Set<WorkflowID> {
        try await retrying { () async throws(DatabaseFailure) in
            try await connected()
            if let answer = takeSettled(.delete(ids)) { return answer }
            return try await transaction(.delete(ids)) { [database] (key) async throws(DatabaseFailure) in
                try await database.delete(ids, as: key)
            }
        }
    }

    func probe() async throws(StoreError) {
        _ = try await retrying { () async throws(DatabaseFailure) -> Set<WorkflowID> in
            try await connected()
            if let answer = takeSettled(.probe) { return answer }
            return try await transaction(.probe) { [database] (key) throws(DatabaseFailure) in
                try database.probe(as: key)
                return []
            }
        }
    }

    func close() async {
        guard !isClosed else { return }
        isClosed = true
        if isBusy { await withUnsafeContinuation { waiting.append($0) } }
        isBusy = true
        defer { passOn() }
        guard let node, !wasEvicted, unsettled == nil, connection.isConnected else { return }
        let key = SharedDatabase.Key(node: node.id, mark: mark, next: world.scheduler.random.next())
        try? await connection.send { [database] () throws(DatabaseFailure) in try database.leave(as: key) }
    }

    private func transaction(
        _ request: Request,
        _ body: @escaping @Sendable (SharedDatabase.Key) async throws(DatabaseFailure) -> Set<WorkflowID>
    ) async throws(DatabaseFailure) -> Set<WorkflowID> {
        let key = SharedDatabase.Key(node: try joined().id, mark: mark, next: world.scheduler.random.next())
        let write = Sent()
        unsettled = Unsettled(request: request, mark: key.next)
        do throws(DatabaseFailure) {
            let answer = try await connection.send { () async throws(DatabaseFailure) in
                write.answer = try await body(key)
                return write.answer
            }
            (unsettled, mark) = (nil, key.next)
            return answer
        } catch {
            if error != .lost { unsettled = nil }
            // The rows that a lost answer told of are read back with it.
            if unsettled != nil { lost = write }
            throw error
        }
    }

    /// What a transaction came to, for whoever finds out later that it is there.
    private final class Sent: @unchecked Sendable { var answer: Set<WorkflowID> = [] }
    private var lost: Sent?

    private func takeSettled(_ request: Request) -> Set<WorkflowID>? {
        if let write = unsettled, write.isDurable {
            unsettled = nil
            if write.request == request { return write.answer }
            if case .commit = write.request { repeatable = write }
        }
        guard case .commit = request else { return nil }
        defer { repeatable = nil }
        return repeatable?.request == request ? repeatable?.answer : nil
    }

    /// Connects again if need be, and then settles what is unsettled.
    private func connected() async throws(DatabaseFailure) {
        if connection.isConnected { return }
        try await connection.connect()
        if unsettled?.isDurable == false {
            do throws(DatabaseFailure) {
                try await settle()
            } catch {
                connection.drop()
                throw error
            }
        }
        isUnsettled = false
    }

    private func settle() async throws(DatabaseFailure) {
        let id = try joined().id
        let (sent, next) = (unsettled?.mark, world.scheduler.random.next())
        let isThere = try await connection.send { [database] () throws(DatabaseFailure) in
            if try database.mark(of: id) == sent { return true }
            database.setMark(of: id, to: next)
            return false
        }
        if isThere, let sent {
            mark = sent
            unsettled?.isDurable = true
            unsettled?.answer = lost?.answer ?? []
        } else {
            mark = next
            unsettled = nil
        }
    }

    private func joined() throws(DatabaseFailure) -> ClusterNode {
        if wasEvicted { throw .fenced }
        guard let node else { throw .unjoined }
        return node
    }

    /// Runs a body until it succeeds, fails for good, or patience is at its end. One after the other.
    private func retrying<Answer>(
        _ body: () async throws(DatabaseFailure) -> Answer
    ) async throws(StoreError) -> Answer {
        if isBusy { await withUnsafeContinuation { waiting.append($0) } }
        isBusy = true
        defer { passOn() }
        var (spent, next): (Int64, Int64) = (0, 5)
        while true {
            try refuseIfClosed()
            let failure: DatabaseFailure
            do throws(DatabaseFailure) {
                return try await body()
            } catch {
                failure = error
            }
            if failure == .lost { connection.drop() }
            if failure == .fenced {
                wasEvicted = true
                unsettled = nil
            }
            let delay = min(next, Self.patience - spent)
            guard failure == .lost, delay > 0, (try? await world.scheduler.sleep(delay)) != nil else {
                var error = failure.asStoreError
                if unsettled?.isDurable == false {
                    isUnsettled = true
                    error.code = .unsettled
                }
                throw error
            }
            (spent, next) = (spent + delay, min(next * 2, 1_000))
        }
    }

    private func passOn() {
        if waiting.isEmpty { isBusy = false } else { waiting.removeFirst().resume() }
    }

    private func refuseIfClosed() throws(StoreError) {
        if isClosed { throw StoreError(code: .closed, message: "the server is gone") }
    }

    // MARK: Reads

    private func read<Value>(_ body: () async throws(StoreError) -> Value) async throws(StoreError) -> Value {
        try refuseIfClosed()
        if isUnsettled { throw StoreError(code: .inaccessible, message: "the last write is not settled") }
        try? await world.scheduler.sleep(connection.isCut ? Self.readPatience : world.faults.networkTime())
        try refuseIfClosed()
        if isUnsettled { throw StoreError(code: .inaccessible, message: "the last write is not settled") }
        if connection.isCut || world.faults.readFails() {
            throw StoreError(code: .inaccessible, message: "the database can't be read")
        }
        return try await body()
    }

    /// All there are of a kind, which is few enough here; of some shards, and no more than asked for.
    private static let all = 1_000_000

    func summary(of id: WorkflowID) async throws(StoreError) -> WorkflowSummary? {
        try await read { () async throws(StoreError) in try await database.disk.memory.summary(of: id) }
    }

    func workflows(
        _ ids: [WorkflowID], entries limit: Int
    ) async throws(StoreError) -> [WorkflowID: StoredWorkflow] {
        try await read { () async throws(StoreError) in
            try await database.disk.memory.workflows(ids, entries: limit)
        }
    }

    func journal(of id: WorkflowID, after: UInt64, limit: Int) async throws(StoreError) -> [JournalEntry] {
        try await read { () async throws(StoreError) in
            try await database.disk.memory.journal(of: id, after: after, limit: limit)
        }
    }

    func lastEntry(of id: WorkflowID) async throws(StoreError) -> JournalEntry? {
        try await read { () async throws(StoreError) in try await database.disk.memory.lastEntry(of: id) }
    }

    func list(
        _ filter: WorkflowFilter, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [WorkflowSummary] {
        try await read { () async throws(StoreError) in
            try await database.disk.memory.list(filter, after: cursor, limit: limit)
        }
    }

    func types(prefix: String, limit: Int) async throws(StoreError) -> [String] {
        try await read { () async throws(StoreError) in
            try await database.disk.memory.types(prefix: prefix, limit: limit)
        }
    }

    func openWorkflows(after: WorkflowID?, limit: Int) async throws(StoreError) -> [WorkflowID] {
        try await openWorkflows(in: served, after: after, limit: limit)
    }

    func openWorkflows(
        in shards: ShardSet, after: WorkflowID?, limit: Int
    ) async throws(StoreError) -> [WorkflowID] {
        try await read { () async throws(StoreError) in
            let all = try await database.disk.memory.openWorkflows(after: after, limit: Self.all)
            return Array(all.filter { shards.contains(Shard(of: $0)) }.prefix(limit))
        }
    }

    func dueWorkflows(before instant: Timestamp, limit: Int) async throws(StoreError) -> [WorkflowID] {
        let shards = served
        return try await read { () async throws(StoreError) in
            let all = try await database.disk.memory.dueWorkflows(before: instant, limit: Self.all)
            return Array(all.filter { shards.contains(Shard(of: $0)) }.prefix(limit))
        }
    }

    func nextWake() async throws(StoreError) -> Timestamp? {
        let shards = served
        return try await read { () async throws(StoreError) in
            let end = Timestamp(millisecondsSinceEpoch: .max)
            let all = try await database.disk.memory.dueWorkflows(before: end, limit: Self.all)
            guard let first = all.first(where: { shards.contains(Shard(of: $0)) }) else { return nil }
            return try await database.disk.memory.summary(of: first)?.wakeAt
        }
    }

    func counts() async throws(StoreError) -> WorkflowCounts {
        try await read { () async throws(StoreError) in try await database.disk.memory.counts() }
    }

    func closedBytes() async throws(StoreError) -> ClosedBytes {
        try await read { () async throws(StoreError) in try await database.disk.memory.closedBytes() }
    }

    func closedWorkflows(
        _ state: WorkflowState, after cursor: WorkflowCursor?, limit: Int
    ) async throws(StoreError) -> [ClosedWorkflow] {
        let shards = served
        return try await read { () async throws(StoreError) in
            let all = try await database.disk.memory.closedWorkflows(state, after: cursor, limit: Self.all)
            return Array(all.filter { shards.contains(Shard(of: $0.summary.id)) }.prefix(limit))
        }
    }
}
