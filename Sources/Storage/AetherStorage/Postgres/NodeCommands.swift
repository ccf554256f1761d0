internal import AetherRuntime

/// What is said about a node of the database.
///
/// Every write begins with ``replaceMark(of:_:by:lease:)``, which locks the node's row until the write is committed. Who
/// evicts the node waits for that, and then finds a lease that was renewed; or he is the first, and the write finds no row.
struct NodeCommands {
    let id: String
    /// In milliseconds.
    let lease: Int64

    private static let now: SQLText = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

    /// Divides by zero, which ends the transaction, if the mark is not the one that this writer left, or the node is gone. Also
    /// renews the lease.
    func replaceMark(_ current: Int64, by next: Int64) -> PostgresCommand {
        PostgresCommand(Self.replaceMarkSQL) {
            $0.add(id)
            $0.add(lease)
            $0.add(current)
            $0.add(next)
        }
    }

    private static let replaceMarkSQL: SQLText = """
        WITH taken AS (
            UPDATE aether.node SET mark = $4, lease_until = \(now) + $2 WHERE id = $1 AND mark = $3 RETURNING 1
        )
        SELECT 1 / count(*) FROM taken
        """

    func setMark(_ next: Int64) -> PostgresCommand {
        PostgresCommand("UPDATE aether.node SET mark = $2 WHERE id = $1") {
            $0.add(id)
            $0.add(next)
        }
    }

    var readMark: PostgresCommand {
        PostgresCommand("SELECT mark FROM aether.node WHERE id = $1 FOR UPDATE") { $0.add(id) }
    }

    /// Frees the shards of nodes, and forgets them: of the same address, if the lease is over or `replaces`.
    static func removeNodes(of address: String, replaces: Bool) -> PostgresCommand {
        PostgresCommand(
            """
            WITH gone AS (
                DELETE FROM aether.node WHERE address = $1 AND ($2 <> 0 OR lease_until < \(now)) RETURNING id
            )
            UPDATE aether.shard SET owner = NULL WHERE owner IN (SELECT id FROM gone)
            """, isPrepared: false
        ) {
            $0.add(address)
            $0.add(replaces ? 1 : 0 as Int64)
        }
    }

    /// The same again does no harm.
    func join(_ node: ClusterNode, mark: Int64) -> PostgresCommand {
        PostgresCommand(
            """
            INSERT INTO aether.node (id, address, version, lease_until, mark)
            VALUES ($1, $3, $4, \(Self.now) + $2, $5) ON CONFLICT (id) DO UPDATE SET mark = $5
            """, isPrepared: false
        ) {
            $0.add(id)
            $0.add(lease)
            $0.add(node.address)
            $0.add(node.version)
            $0.add(mark)
        }
    }

    func evict(_ nodes: [String]) -> PostgresCommand {
        PostgresCommand(
            """
            WITH gone AS (DELETE FROM aether.node WHERE id = ANY($1) AND lease_until < \(Self.now) RETURNING id)
            UPDATE aether.shard SET owner = NULL WHERE owner IN (SELECT id FROM gone)
            """
        ) { $0.add(nodes) }
    }

    func claim(_ shards: ShardSet) -> PostgresCommand {
        PostgresCommand(
            "UPDATE aether.shard SET owner = $1, epoch = epoch + 1 WHERE id = ANY($2) AND owner IS NULL"
        ) {
            $0.add(id)
            $0.add(shards.shards)
        }
    }

    func release(_ shards: ShardSet) -> PostgresCommand {
        PostgresCommand("UPDATE aether.shard SET owner = NULL WHERE id = ANY($2) AND owner = $1") {
            $0.add(id)
            $0.add(shards.shards)
        }
    }

    var leave: PostgresCommand {
        PostgresCommand("DELETE FROM aether.node WHERE id = $1") { $0.add(id) }
    }

    /// Renews the lease and reads all nodes, with their shards as one text: one statement, so that an idle server asks for little.
    func renew(mark: Int64) -> PostgresCommand {
        PostgresCommand(Self.renewSQL) {
            $0.add(id)
            $0.add(lease)
            $0.add(mark)
        }
    }

    private static let renewSQL: SQLText = """
        WITH renewed AS (UPDATE aether.node SET lease_until = \(now) + $2 WHERE id = $1 AND mark = $3 RETURNING 1)
        SELECT (SELECT count(*) FROM renewed), n.id, n.address, n.version, n.lease_until - \(now),
            (SELECT coalesce(string_agg(s.id::text, ','), '') FROM aether.shard AS s WHERE s.owner = n.id)
        FROM aether.node AS n
        """

    /// - Returns: `nil` when the node is gone.
    static func membership(_ rows: PostgresRows) -> Membership? {
        guard rows.count > 0, rows.integer(0, 0) > 0 else { return nil }
        return Membership(
            members: (0..<rows.count).map { row in
                Membership.Member(
                    node: ClusterNode(
                        id: rows.text(row, 1), address: rows.text(row, 2), version: rows.text(row, 3)),
                    lease: .milliseconds(rows.integer(row, 4)),
                    shards: ShardSet(
                        rows.text(row, 5).split(separator: ",").compactMap { Int16($0).flatMap(Shard.init(number:)) }))
            })
    }
}
