internal import CoreMetrics
internal import Synchronization

/// A number that is set: a gauge, or a counter that someone else keeps.
final class NumberCell: MeterHandler, RecorderHandler {
    private let number = Mutex<Double?>(nil)

    /// `nil` until it is set.
    var value: Double? { number.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func increment(by amount: Double) { number.withLock { $0 = ($0 ?? 0) + amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
}
