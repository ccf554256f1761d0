internal import AetherRuntime
internal import Synchronization

/// What others may know of the writer without waiting for it.
final class PostgresState: Sendable {
    struct Values {
        var statistics = StoreStatistics()
        /// Whether a write was given up whose outcome is not known.
        var isUnsettled = false
        var isClosed = false
        /// How many writes there were, of any kind.
        var writes = 0
        /// The numbers of workflows as they were read last, after so many writes.
        var counts: (value: WorkflowCounts, writes: Int, readAt: ContinuousClock.Instant)?
        /// The shards that the store is asked of, and writes to.
        var served = ShardSet()
    }

    private let values = Mutex(Values())

    var current: Values { values.withLock { $0 } }

    func update(_ change: (inout Values) -> Void) {
        values.withLock { change(&$0) }
    }
}
