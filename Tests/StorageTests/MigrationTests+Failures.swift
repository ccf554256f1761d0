import AetherRuntime
import Testing

@testable import AetherStorage

extension MigrationTests {
    @Test(
        "that is cancelled leaves nothing, whenever that is",
        arguments: [DatabaseCare.Progress.Phase.workflows, .copy, .comparison])
    func cancelled(_ phase: DatabaseCare.Progress.Phase) async throws {
        try await makeSource(Self.manyRuns(4_200))
        let task = Task {
            try await migrate { progress in
                if progress.phase == phase { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        try await expectNothing()
    }

    @Test(
        "whose connection breaks leaves nothing, whenever that is",
        arguments: [DatabaseCare.Progress.Phase.copy, .comparison])
    func broken(_ phase: DatabaseCare.Progress.Phase) async throws {
        try await makeSource(Self.manyRuns(4_200))
        let error = try await #require(throws: StoreError.self) {
            _ = try await migrate { progress in
                guard progress.phase == phase else { return }
                _ = try? server.execute(
                    """
                    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'aether-migrate'
                    """, in: number)
            }
        }
        #expect(error.code == .unwritable)
        try await expectNothing()
    }

    /// What a target may do to what comes in, and what is said of that.
    static let alterations: [(event: SQLText, statement: SQLText, difference: String)] = [
        ("INSERT ON aether.journal", "IF new.sequence = 3 THEN RETURN NULL; END IF", "journal entries instead of"),
        ("INSERT ON aether.journal", "new.entry = set_byte(new.entry, 3, 9)", "another content"),
        ("INSERT ON aether.journal", "new.entry = new.entry || new.entry", "bytes instead of"),
        (
            "INSERT ON aether.workflow", "IF new.id = 'closed' THEN RETURN NULL; END IF",
            "COMPLETED workflows instead of"
        ),
        ("INSERT ON aether.workflow", "new.wake = new.wake + 1", "other columns"),
        ("INSERT ON aether.workflow", "new.shard = 1 - new.shard", "other columns"),
        ("INSERT ON aether.workflow", "new.length = 0", "other columns"),
        ("UPDATE ON aether.tally", "new.running = new.running + 1", "other numbers"),
        ("UPDATE ON aether.tally", "new.completed_bytes = 0", "other numbers"),
    ]

    @Test("that did not arrive as it was sent is found and taken back", arguments: alterations.indices)
    func altered(_ index: Int) async throws {
        try await makeSource()
        await (try server.open(number)).close()
        let (event, statement, difference) = Self.alterations[index]
        try server.execute(
            """
            CREATE FUNCTION alter_row() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN \(statement); RETURN new; END $$
            """, in: number)
        try server.execute(
            "CREATE TRIGGER altering BEFORE \(event) FOR EACH ROW EXECUTE FUNCTION alter_row()", in: number)
        let error = try await refusal()
        #expect(error.code == .unwritable)
        #expect(error.message.contains(difference), "\(error)")
        try server.execute("DROP FUNCTION alter_row CASCADE", in: number)
        try await expectNothing()
    }
}
