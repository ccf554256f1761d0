package import AetherRuntime

/// How the engine reaches the other servers of its database.
package protocol ClusterPeers: Sendable {
    /// Has a server deliver messages to runs that it owns.
    ///
    /// - Returns: what became of each, in their order; all `undelivered` when it can't be reached.
    func deliver(_ messages: [RunMessage], to node: ClusterNode) async -> [MessageAnswer]

    /// Lends places of a worker of this server, on one connection of it, to another server.
    ///
    /// - Returns: `false` when that server is not there, or does not know the worker yet.
    func lend(
        placesOf worker: String, on connection: TaskScheduler.SessionID, to node: String,
        for requests: [TaskScheduler.Request]
    ) -> Bool

    /// Tells those that lend places of workers what is given back, and for what more are wanted.
    func tellLenders(_ changes: TaskScheduler.LoanChanges, _ wanted: [TaskScheduler.Wanted])

    /// Workers of this server go on with tasks of runs that are others' from now on.
    func keep(_ tasks: [HeldTask])

    /// Knows the servers there are.
    func follow(_ nodes: [ClusterNode])

    /// Has servers look at who owns what. Those that can't be reached find out by themselves.
    func haveLook(_ nodes: [ClusterNode]) async

    /// Whether a run is there, says the server that owns it; `nil` when that is not known.
    func hasRun(_ id: WorkflowID, at node: ClusterNode) async -> Bool?

    /// Asks servers for the tasks that their workers have in memory, of runs in some shards.
    func heldTasks(of shards: ShardSet, at nodes: [ClusterNode]) async -> [HeldTask]
}
