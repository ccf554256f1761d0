/// The tables of a PostgreSQL database, as the steps that lead to them.
///
/// All of them are in a schema of their own, `aether`. `aether.meta` has how many of the steps the database has gone through. A
/// released step never changes: what the tables need later is a further step. Plain SQL only: no triggers, sequences or
/// advisory locks.
package struct PostgresSchema: Sendable {
    /// The statements of each step.
    var steps: [[SQLText]]

    package static let current = PostgresSchema(steps: [tables])

    var version: Int { steps.count }

    /// Version 1.
    ///
    /// Every primary key begins with the shard, so that several servers each write in their own part. Text is compared by
    /// bytes.
    ///
    /// `node` has a row for each server that lives, with the time on the database's clock, in milliseconds since 1970, until
    /// which its lease lasts. Its `mark` is drawn anew by every write of the server: see ``PostgresWriter``. A shard's owner
    /// is always one of them: who deletes a node frees its shards in the same transaction. `shard.epoch` counts the owners
    /// there were.
    ///
    /// `workflow.length` and `workflow.bytes` say how many entries the journal has and how much they take, as of when the
    /// row was last written: steps alone do not touch it, and what they added is behind `length` in `journal`. The rows of
    /// workflows that have ended are exact.
    ///
    /// `tally` is how many workflows there are and what the ended ones take, kept in the transactions that change it. Lists'
    /// numbers are the sum of its rows; a row by itself says nothing: see ``TallyChange``.
    ///
    /// The indexes give every list in its order: any set of states is a merge of one range of an index a state.
    private static let tables: [SQLText] = [
        """
        CREATE TABLE aether.shard (
            id smallint PRIMARY KEY,
            owner text COLLATE "C",
            epoch bigint NOT NULL
        )
        """,
        """
        CREATE TABLE aether.node (
            id text COLLATE "C" PRIMARY KEY,
            address text COLLATE "C" NOT NULL UNIQUE,
            version text COLLATE "C" NOT NULL,
            lease_until bigint NOT NULL,
            mark bigint NOT NULL
        ) WITH (fillfactor = 25)
        """,
        "INSERT INTO aether.shard (id, epoch) SELECT number, 0 FROM generate_series(0, 255) AS number",
        """
        CREATE TABLE aether.tally (
            shard smallint PRIMARY KEY,
            pending bigint NOT NULL,
            running bigint NOT NULL,
            completed bigint NOT NULL,
            failed bigint NOT NULL,
            cancelled bigint NOT NULL,
            completed_bytes bigint NOT NULL,
            failed_bytes bigint NOT NULL,
            cancelled_bytes bigint NOT NULL
        ) WITH (fillfactor = 25)
        """,
        """
        INSERT INTO aether.tally (shard, pending, running, completed, failed, cancelled, completed_bytes, failed_bytes,
            cancelled_bytes)
        SELECT number, 0, 0, 0, 0, 0, 0, 0, 0 FROM generate_series(0, 255) AS number
        """,
        """
        CREATE TABLE aether.workflow (
            shard smallint NOT NULL,
            id text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            tier smallint NOT NULL,
            state smallint NOT NULL,
            created bigint NOT NULL,
            started bigint,
            completed bigint,
            wake bigint,
            passive boolean NOT NULL,
            length bigint NOT NULL,
            bytes bigint NOT NULL,
            PRIMARY KEY (shard, id)
        )
        """,
        "CREATE INDEX workflow_by_state ON aether.workflow (state, created, id)",
        "CREATE INDEX workflow_by_type ON aether.workflow (type, state, created, id)",
        "CREATE INDEX workflow_active ON aether.workflow (shard, id) WHERE state < 2 AND NOT passive",
        """
        CREATE INDEX workflow_waking ON aether.workflow (wake, id, shard)
            WHERE state < 2 AND passive AND wake IS NOT NULL
        """,
        """
        CREATE TABLE aether.journal (
            shard smallint NOT NULL,
            workflow text COLLATE "C" NOT NULL,
            sequence bigint NOT NULL,
            entry bytea NOT NULL,
            PRIMARY KEY (shard, workflow, sequence)
        )
        """,
    ]
}
