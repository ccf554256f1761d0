internal import CoreMetrics
internal import Synchronization

/// A histogram with fixed buckets.
final class HistogramCell: TimerHandler, RecorderHandler {
    private let state: Mutex<HistogramSnapshot>

    init(bounds: [Double]) {
        state = Mutex(HistogramSnapshot(bounds: bounds))
    }

    var snapshot: HistogramSnapshot { state.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { state.withLock { $0.record(value) } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }
}
