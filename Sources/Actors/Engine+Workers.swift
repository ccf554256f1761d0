package import AetherRuntime

/// What people see of workers and of what waits for them.
extension Engine {
    /// A worker that is connected, or was until a moment ago and may come back.
    package struct Worker: Sendable {
        package var identity: WorkerIdentity
        package var description: WorkerDescription
        package var isConnected: Bool
        /// When it connected, or, if it is not connected, when it was lost; `nil` when it has only registered.
        package var changedAt: Timestamp?
        /// When something was heard from it last.
        package var heardAt: Timestamp?
        /// How many tasks it takes at once; 0 while it is not connected.
        package var capacity: Int
        /// How many tasks it has that count against its capacity.
        package var held: Int
        /// How many runs it has that only wait.
        package var waiting: Int
    }

    /// The workers there are, by their ids.
    package func workers() async -> [Worker] {
        let load = await scheduler.load
        var workers: [Worker] = []
        for session in sessions.all {
            guard let overview = await session.overview else { continue }
            let heard = Timestamp(rawValue: clock.now().rawValue - max(0, overview.silence.wholeMilliseconds))
            workers.append(
                Worker(
                    identity: overview.worker, description: overview.description, isConnected: overview.isConnected,
                    changedAt: overview.changedAt, heardAt: overview.isConnected ? heard : overview.changedAt,
                    capacity: overview.isConnected ? load[overview.worker.id]?.capacity ?? 0 : 0,
                    held: overview.held - overview.resting, waiting: overview.resting))
        }
        return workers.sorted { $0.identity.id < $1.identity.id }
    }

    /// The queues in which tasks wait, or which a connected worker serves, by kind and name.
    package func queues() async -> [TaskScheduler.QueueOverview] {
        await scheduler.overview.sorted { $0.resource < $1.resource }
    }
}
