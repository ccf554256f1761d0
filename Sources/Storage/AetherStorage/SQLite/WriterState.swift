internal import Synchronization

/// What others may know of the writer without waiting for it.
final class WriterState: Sendable {
    struct Values {
        var counts = WorkflowCounts()
        var closedBytes = ClosedBytes()
        var statistics = StoreStatistics()
        var isClosed = false
    }

    private let values = Mutex(Values())

    var current: Values { values.withLock { $0 } }

    func update(_ change: (inout Values) -> Void) {
        values.withLock { change(&$0) }
    }
}
