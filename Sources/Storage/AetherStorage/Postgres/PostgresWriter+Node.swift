internal import AetherRuntime

/// The writer's node: how it joins, keeps its lease, and what it owns.
extension PostgresWriter {
    func join(_ node: ClusterNode, replaces: Bool) async throws(StoreError) {
        let commands = NodeCommands(id: node.id, lease: lease)
        try await retrying { () throws(PostgresFailure) in
            connection = nil
            let fresh = try session.connect()
            let mark = configuration.drawMark()
            do throws(PostgresFailure) {
                try fresh.run([
                    .begin, NodeCommands.removeNodes(of: node.address, replaces: replaces),
                    commands.join(node, mark: mark), .commit,
                ])
            } catch {
                if !error.isLost { _ = try? fresh.run([.rollback]) }
                guard error.isDuplicate else { throw error }
                throw PostgresFailure(kind: .addressInUse(node.address), message: error.message)
            }
            take(commands, mark: mark, fresh)
        }
    }

    func renew() async throws(StoreError) -> Membership {
        var membership = Membership()
        try await retrying { () throws(PostgresFailure) in
            let connection = try connected()
            let rows = try connection.run([try joined().renew(mark: mark.current)])[0]
            guard let found = NodeCommands.membership(rows) else {
                throw PostgresFailure(kind: .fenced, message: "the node is gone")
            }
            membership = found
        }
        return membership
    }

    /// The same twice does no harm, so nobody has to know whether a change was made.
    func change(evictions: [String], claims: ShardSet, releases: ShardSet) async throws(StoreError) {
        try await retrying { () throws(PostgresFailure) in
            let connection = try connected()
            _ = takeSettled(.membership)
            let node = try joined()
            let next = configuration.drawMark()
            var commands: [PostgresCommand] = [.begin, replaceMark(of: node, by: next)]
            if !evictions.isEmpty { commands.append(node.evict(evictions)) }
            if !claims.isEmpty { commands.append(node.claim(claims)) }
            if !releases.isEmpty { commands.append(node.release(releases)) }
            _ = try transaction(next, on: connection) { () throws(PostgresFailure) in
                (UnsettledWrite(request: .membership, mark: next), commands)
            }
        }
    }

    /// Which shards are written to from now on. Where the workflows of those are that are new was somebody else's to know.
    func serve(_ shards: ShardSet) {
        state.update { $0.served = shards }
        cache = PlaceCache(limit: max(1, configuration.maximumPlaces))
    }

    /// A write of a shard that is not served would be one of a workflow that another node owns.
    func checkServed(_ groups: [BatchGroup]) throws(PostgresFailure) {
        let served = state.current.served
        if served == .all { return }
        if let stray = groups.first(where: { !served.contains(Shard(of: $0.id)) }) {
            throw PostgresFailure(kind: .unserved(stray.id), message: "")
        }
    }
}
