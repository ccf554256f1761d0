import AetherRuntime
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AetherStorage

@Suite("A check of a database")
struct DoctorTests {
    let database: TemporaryDatabase

    init() throws {
        database = try TemporaryDatabase()
    }

    private func findings(_ path: String) async throws -> [DatabaseFinding] {
        let found = Mutex<[DatabaseFinding]>([])
        let examination = try await DatabaseCare().examine(path: path) { finding in
            found.withLock { $0.append(finding) }
        }
        let findings = found.withLock { $0 }
        #expect(examination.findings == findings.count)
        return findings
    }

    private func sample() async throws -> String {
        let store = try await database.open()
        try await SampleRuns.write(to: store)
        await store.close()
        return store.path
    }

    @Test("finds nothing in a database that a server writes, nor in what a killed one leaves, nor in a closed one")
    func healthy() async throws {
        let store = try await database.open()
        try await SampleRuns.write(to: store)
        #expect(try await findings(store.path) == [])
        #expect(try await findings(database.copy(store.path)) == [])
        await store.close()
        #expect(try await findings(store.path) == [])
    }

    @Test("counts what it has seen, and leaves the file as it was")
    func counts() async throws {
        let path = try await sample()
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let examination = try await DatabaseCare().examine(path: path) { _ in }
        #expect(examination.workflows == 7)
        let queue = try DatabaseQueue(path: path)
        #expect(
            try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM journal") } == examination.entries)
        try queue.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    /// A way to damage a database, and what is then found.
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var kind: DatabaseFinding.Kind
        var workflow: String?
        /// Part of the message.
        var message: String
        var apply: @Sendable (Database) throws -> Void

        init(
            _ description: String, _ kind: DatabaseFinding.Kind, of workflow: String?, _ message: String,
            apply: @escaping @Sendable (Database) throws -> Void
        ) {
            (testDescription, self.kind, self.workflow, self.message) = (description, kind, workflow, message)
            self.apply = apply
        }

        init(
            _ description: String, _ kind: DatabaseFinding.Kind, of workflow: String?, _ message: String, _ sql: String
        ) {
            self.init(description, kind, of: workflow, message) { try $0.execute(sql: sql) }
        }
    }

    static let damages = [
        Damage(
            "an entry is gone", .journal, of: "closed", "row 4 of its journal is missing",
            "DELETE FROM journal WHERE row = 4"),
        Damage(
            "an entry refers to another workflow's", .journal, of: "leased",
            "row 3 of its journal belongs to another workflow",
            "UPDATE journal SET previous = 3 WHERE row = 9"),
        Damage(
            "an entry refers to itself", .journal, of: "closed", "refers to row 3 as the one before",
            "UPDATE journal SET previous = 3 WHERE row = 3"),
        Damage(
            "an entry is no entry", .journal, of: "closed", "is no entry",
            "UPDATE journal SET entry = x'0a' WHERE row = 3"),
        Damage("an entry has another number", .journal, of: "closed", "has a gap: entry 3 is missing, 9 follows") {
            try rewrite(3, in: $0) { $0.sequence = 9 }
        },
        Damage("a history goes on after its end", .journal, of: "closed", "goes on with entry 4 after its end") {
            try rewrite(3, in: $0) { $0.event = .closed(.cancelled) }
        },
        Damage(
            "a row has no head", .journal, of: "pending", "points at no journal entry",
            "UPDATE workflow SET head = 0 WHERE id = 'pending'; DELETE FROM journal WHERE workflow = 3"),
        Damage(
            "entries belong to no workflow", .strayEntries, of: nil, "1 journal entries belong to no workflow",
            "INSERT INTO journal SELECT 1000, 999, 0, entry FROM journal WHERE row = 1"),
        Damage(
            "a head is behind", .strayEntries, of: "leased", "1 of its journal entries are not in its history",
            """
            UPDATE workflow SET head = (SELECT previous FROM journal WHERE row = head),
                bytes = bytes - (SELECT length(entry) FROM journal WHERE row = head) WHERE id = 'leased'
            """),
        Damage("an operation ends twice", .outcome, of: "closed", "the operation step:a#1 has more than one outcome") {
            try rewrite(6, in: $0) {
                $0.event = .stepCompleted(key: DrivenRun.key("step", "a"), result: [0x32])
            }
        },
        Damage("an epoch is used twice", .epoch, of: "closed", "entry 5 assigns it under epoch 1, after epoch 1") {
            try rewrite(5, in: $0) { $0.event = .assigned(worker: WorkerIdentity(id: "v", isPlain: false), epoch: 1) }
        },
        Damage(
            "a row says another state", .state, of: "closed", "state FAILED, its journal COMPLETED",
            """
            UPDATE workflow SET state = 3 WHERE id = 'closed';
            UPDATE bookkeeping SET completed = 1, failed = 1,
                failed_bytes = (SELECT bytes FROM workflow WHERE row = 1),
                completed_bytes = completed_bytes - (SELECT bytes FROM workflow WHERE row = 1)
            """),
        Damage(
            "a row says another type", .state, of: "leased", "type refund, its journal order",
            "UPDATE workflow SET type = 'refund' WHERE id = 'leased'"),
        Damage(
            "a row says another time", .state, of: "leased", "start none, its journal 1970-01-01T00:00:01.000Z",
            "UPDATE workflow SET started = NULL WHERE id = 'leased'"),
        Damage(
            "a row has an unknown tier", .state, of: "leased", "unknown state or tier",
            """
            DELETE FROM journal WHERE workflow = 2; UPDATE workflow SET tier = 9 WHERE row = 2;
            UPDATE bookkeeping SET running = running - 1
            """),
        Damage(
            "a timer's workflow has ended", .orphanTimer, of: "closed", "has ended, and is still to be woken",
            "UPDATE workflow SET wake = 5000 WHERE id = 'closed'"),
        Damage(
            "a timer has fired", .orphanTimer, of: "waiting", "when none of its timers fires",
            "UPDATE workflow SET wake = 2000 WHERE id = 'waiting'"),
        Damage(
            "a workflow is woken for no timer", .orphanTimer, of: "asleep", "when none of its timers fires",
            "UPDATE workflow SET wake = 4711 WHERE id = 'asleep'"),
        Damage(
            "a workflow is woken too late", .missedTimer, of: "asleep",
            "and its timer fires at 1970-01-01T00:01:01.000Z",
            "UPDATE workflow SET wake = 61001 WHERE id = 'asleep'"),
        Damage(
            "a workflow is never woken", .missedTimer, of: "asleep", "it is woken never",
            "UPDATE workflow SET wake = NULL WHERE id = 'asleep'"),
        Damage(
            "a workflow with a worker is marked as resting", .resting, of: "leased", "marked as resting",
            "UPDATE workflow SET passive = 1 WHERE id = 'leased'"),
        Damage("a child's parent did not start it", .family, of: "child", "has no child:order#2 with its id") {
            try rewrite("child", sequence: 1, in: $0) { entry in
                guard case .started(var start) = entry.event else { return }
                start.parent?.key = DrivenRun.key("child", "order", 2)
                entry.event = .started(start)
            }
        },
        Damage("a parent knows another end of its child", .family, of: "child", "is COMPLETED, and its parent parent") {
            try rewrite("parent", sequence: 4, in: $0) {
                $0.event = .childClosed(key: DrivenRun.key("child", "order"), .cancelled)
            }
        },
        Damage(
            "a count is wrong", .count, of: nil, "2 COMPLETED workflows, and counted 5",
            "UPDATE bookkeeping SET completed = 5"),
        Damage(
            "a size is wrong", .count, of: "leased", "bytes, and its row says 7",
            "UPDATE workflow SET bytes = 7 WHERE id = 'leased'"),
        Damage(
            "a sum of sizes is wrong", .count, of: nil, "and it counted 7", "UPDATE bookkeeping SET failed_bytes = 7"),
        Damage("an index lacks a row", .file, of: nil, "index workflow_waking") {
            try $0.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, 'passive = 1', 'passive = 7') WHERE name = 'workflow_waking';
                    """)
        },
    ]

    @Test("finds each damage, and nothing else", arguments: damages)
    func damage(_ damage: Damage) async throws {
        let path = try await sample()
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { try damage.apply($0) }
        try queue.close()
        let found = try await findings(path)
        let finding = try #require(found.first, "nothing was found")
        #expect(found.count == 1, "\(found)")
        #expect(finding.kind == damage.kind)
        #expect(finding.workflow?.rawValue == damage.workflow)
        #expect(finding.message.contains(damage.message), "\(finding.message)")
    }

    @Test("every kind of finding has its damage")
    func complete() {
        #expect(Set(Self.damages.map(\.kind)) == Set(DatabaseFinding.Kind.allCases))
    }

    @Test("a file with damaged pages is found damaged, or is read as far as it goes")
    func damagedPages() async throws {
        let path = try await sample()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 4_096)
        try file.write(contentsOf: Data(repeating: 0x55, count: 3 * 4_096))
        try file.close()
        let found = try await findings(path)
        #expect(found.contains { $0.kind == .file }, "\(found)")
    }

    @Test("what is no database of this version is refused with what to do")
    func refused() async throws {
        let path = try await sample()
        func refusal(_ path: String) async throws -> StoreError {
            try await #require(throws: StoreError.self) { _ = try await findings(path) }
        }
        #expect(try await refusal(database.path("none.db")).message.contains("there is no database"))
        for (version, code) in [(99, StoreError.Code.newerVersion), (1, .inaccessible)] {
            let queue = try DatabaseQueue(path: path)
            try await queue.write { try $0.execute(sql: "PRAGMA user_version = \(version)") }
            try queue.close()
            let error = try await refusal(path)
            #expect(error.code == code)
            #expect(error.message.contains("version \(version)"))
        }
    }

    /// Changes the journal's entry of a row.
    private static func rewrite(
        _ row: Int64, in database: Database, _ change: (inout JournalEntry) -> Void
    ) throws {
        let bytes = try #require(
            try Data.fetchOne(database, sql: "SELECT entry FROM journal WHERE row = ?", arguments: [row]))
        var entry = try JournalEntry(encoded: Array(bytes))
        change(&entry)
        try database.execute(
            sql: "UPDATE journal SET entry = ? WHERE row = ?", arguments: [Data(entry.encoded()), row])
        try database.execute(
            sql: """
                UPDATE workflow SET bytes = (SELECT sum(length(entry)) FROM journal WHERE journal.workflow = workflow.row);
                UPDATE bookkeeping SET completed_bytes = (SELECT sum(bytes) FROM workflow WHERE state = 2);
                """)
    }

    /// Changes an entry of a workflow that has all of its entries in a row.
    private static func rewrite(
        _ id: String, sequence: Int64, in database: Database, _ change: (inout JournalEntry) -> Void
    ) throws {
        let first = try #require(
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT min(journal.row) FROM journal JOIN workflow ON workflow.row = journal.workflow WHERE id = ?
                    """, arguments: [id]))
        try rewrite(first + sequence - 1, in: database, change)
    }
}
