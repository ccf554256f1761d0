internal import AetherRuntime
internal import Synchronization

/// What others may know of the writer without waiting for it.
final class PostgresState: Sendable {
    struct Values {
        var statistics = StoreStatistics()
        /// Whether a write was given up whose outcome is not known.
        var isUnsettled = false
        var isClosed = false
        /// The shards that the store is asked of, and writes to.
        var served = ShardSet()
    }

    private let values = Mutex(Values())

    var current: Values { values.withLock { $0 } }

    func update(_ change: (inout Values) -> Void) {
        values.withLock { change(&$0) }
    }
}
