package import GRDB

/// The tables of a database file, as the steps that lead to them.
///
/// The file's version (`PRAGMA user_version`) is how many of the steps it has gone through; an empty file has gone
/// through none. A released step never changes: what the tables need later is a further step.
package struct DatabaseSchema: Sendable {
    package typealias Step = @Sendable (Database) throws -> Void

    /// "Aeth": marks a SQLite file as an Aether database (https://sqlite.org/pragma.html#pragma_application_id).
    package static let applicationID: Int32 = 0x4165_7468

    package var steps: [Step]

    package init(steps: [Step]) {
        self.steps = steps
    }

    package static let current = DatabaseSchema(steps: [createTables, addPassivation, addUpkeep])

    var version: Int { steps.count }

    /// Version 1.
    ///
    /// `journal` is a log: rows are only added at its end, and nothing but their number finds them, because an index
    /// over workflows would cost more than everything else together. `previous` is the row of the same workflow's entry
    /// before, or 0; `workflow.head` is the row of its last one. Heads may lag behind the journal for rows above
    /// `bookkeeping.mended`; whoever opens the file reads those rows and sets them right.
    ///
    /// The indexes give every list in its order: any set of states is a merge of one range of an index a state.
    package static let createTables: Step = { database in
        try database.execute(
            sql: """
                CREATE TABLE workflow (
                    row INTEGER PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    type TEXT NOT NULL,
                    tier INTEGER NOT NULL,
                    state INTEGER NOT NULL,
                    created INTEGER NOT NULL,
                    started INTEGER,
                    completed INTEGER,
                    head INTEGER NOT NULL
                );
                CREATE INDEX workflow_by_state ON workflow (state, created, id);
                CREATE INDEX workflow_by_type ON workflow (type, state, created, id);
                CREATE INDEX workflow_open ON workflow (id) WHERE state < 2;
                CREATE TABLE journal (
                    row INTEGER PRIMARY KEY,
                    workflow INTEGER NOT NULL,
                    previous INTEGER NOT NULL,
                    entry BLOB NOT NULL
                );
                CREATE TABLE bookkeeping (
                    only INTEGER PRIMARY KEY CHECK (only = 1),
                    mended INTEGER NOT NULL,
                    pending INTEGER NOT NULL,
                    running INTEGER NOT NULL,
                    completed INTEGER NOT NULL,
                    failed INTEGER NOT NULL,
                    cancelled INTEGER NOT NULL
                );
                INSERT INTO bookkeeping VALUES (1, 0, 0, 0, 0, 0, 0);
                """)
    }

    /// Version 2: passive workflows, and when they wake.
    ///
    /// Recovery at start walks the active ones alone, and who waits for a time is found by that time: both in indexes
    /// that hold nothing else.
    package static let addPassivation: Step = { database in
        try database.execute(
            sql: """
                ALTER TABLE workflow ADD COLUMN wake INTEGER;
                ALTER TABLE workflow ADD COLUMN passive INTEGER NOT NULL DEFAULT 0;
                DROP INDEX workflow_open;
                CREATE INDEX workflow_active ON workflow (id) WHERE state < 2 AND passive = 0;
                CREATE INDEX workflow_waking ON workflow (wake, id)
                    WHERE state < 2 AND passive = 1 AND wake IS NOT NULL;
                """)
    }

    /// Version 3: how much a journal takes, and which life the database is in.
    ///
    /// `workflow.bytes` goes with `workflow.head`: it is the size of the entries up to that one, and lags as that does. The
    /// sums over the workflows that have ended are bookkeeping, like their number.
    package static let addUpkeep: Step = { database in
        try database.execute(
            sql: """
                ALTER TABLE workflow ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE bookkeeping ADD COLUMN completed_bytes INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE bookkeeping ADD COLUMN failed_bytes INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE bookkeeping ADD COLUMN cancelled_bytes INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE bookkeeping ADD COLUMN incarnation INTEGER NOT NULL DEFAULT 0;
                UPDATE workflow SET bytes = tally.bytes FROM (
                    SELECT workflow.row, sum(length(entry)) AS bytes
                    FROM journal JOIN workflow ON workflow.row = journal.workflow AND journal.row <= workflow.head
                    GROUP BY workflow.row
                ) AS tally WHERE tally.row = workflow.row;
                UPDATE bookkeeping SET
                    completed_bytes = (SELECT ifnull(sum(bytes), 0) FROM workflow WHERE state = 2),
                    failed_bytes = (SELECT ifnull(sum(bytes), 0) FROM workflow WHERE state = 3),
                    cancelled_bytes = (SELECT ifnull(sum(bytes), 0) FROM workflow WHERE state = 4);
                """)
    }
}
