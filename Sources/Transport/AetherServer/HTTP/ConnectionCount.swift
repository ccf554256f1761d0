internal import Synchronization

/// How many connections a port has.
final class ConnectionCount: Sendable {
    private let maximum: Int
    private let count = Atomic<Int>(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Counts one more; whether it is one too many. It is to be given back either way.
    func isExceededByOneMore() -> Bool {
        count.add(1, ordering: .relaxed).newValue > maximum
    }

    func oneLess() {
        count.subtract(1, ordering: .relaxed)
    }
}
