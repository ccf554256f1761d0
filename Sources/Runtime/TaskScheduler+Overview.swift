/// What people see of queues and workers.
extension TaskScheduler {
    /// The tasks that need one resource.
    package struct QueueOverview: Sendable, Equatable {
        package var resource: TaskResource
        /// How many wait.
        package var depth: Int
        /// Since when the one waits that has waited longest; `nil` when none does.
        package var oldest: Timestamp?
        /// The connected workers that offer the resource, by their ids.
        package var workers: [String]
        /// How many more tasks those workers take now, of whatever resource.
        package var free: Int
    }

    /// What a session takes, and has.
    package struct SessionOverview: Sendable, Equatable {
        /// How many tasks it takes at once.
        package var capacity: Int
        /// How many it has that take a credit; for a moment it may be more than ``capacity``.
        package var held: Int
    }

    /// The queues in which something waits or which a session serves, in no order.
    package var overview: [QueueOverview] {
        queues.map { resource, queue in
            let serving = queue.offering.compactMap { sessions[$0] }
            // What was given out and came back stands behind younger ones; the heads are near enough.
            let heads = [queue.any, queue.replaying, queue.later].map { $0.first(withPlaces: false) }
            return QueueOverview(
                resource: resource, depth: queue.depth, oldest: heads.compactMap { $0?.request.since }.min(),
                workers: serving.map(\.worker.id).sorted(), free: serving.reduce(0) { $0 + max(0, $1.free) })
        }
    }

    /// How many tasks wait, in all queues.
    package var depth: Int { waiting.total }

    /// How many tasks wait, by kind.
    package struct Waiting: Sendable, Equatable {
        package var workflows = 0
        package var activities = 0
        package var total: Int { workflows + activities }

        package init() {}
    }

    package var waiting: Waiting {
        queues.reduce(into: Waiting()) { waiting, queue in
            switch queue.key {
            case .workflow: waiting.workflows += queue.value.depth
            case .activity: waiting.activities += queue.value.depth
            }
        }
    }

    /// The sessions by the ids of their workers.
    package var load: [String: SessionOverview] {
        Dictionary(
            sessions.values.map { ($0.worker.id, SessionOverview(capacity: $0.capacity, held: $0.held)) },
            uniquingKeysWith: { first, _ in first })
    }
}
