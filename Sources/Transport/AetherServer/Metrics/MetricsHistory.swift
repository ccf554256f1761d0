package import AetherRuntime
internal import DequeModule
internal import Synchronization

/// The samples of the last 15 minutes by the second, and of the last day by the minute. It lives in memory: a server that
/// starts has none.
package final class MetricsHistory: Sendable {
    /// A sample by the second, with its number, which counts from 1.
    package struct Numbered: Sendable, Equatable {
        package var number: UInt64
        package var sample: MetricsSample
    }

    private struct State {
        var seconds = Deque<MetricsSample>()
        var minutes = Deque<MetricsSample>()
        var lastNumber: UInt64 = 0

        subscript(resolution: MetricsResolution) -> Deque<MetricsSample> {
            get { resolution == .second ? seconds : minutes }
            _modify { if resolution == .second { yield &seconds } else { yield &minutes } }
        }
    }

    private let state = Mutex(State())

    init() {}

    /// The samples of a series, the oldest first: those of a later time than `instant`, without one all that are kept.
    package func samples(_ resolution: MetricsResolution, after instant: Timestamp? = nil) -> [MetricsSample] {
        state.withLock { state in
            guard let instant else { return Array(state[resolution]) }
            return Array(state[resolution].drop { $0.time <= instant })
        }
    }

    /// The newest sample by the second; `nil` when there is none yet.
    package var newest: Numbered? {
        state.withLock { state in
            state.seconds.last.map { Numbered(number: state.lastNumber, sample: $0) }
        }
    }

    func append(_ sample: MetricsSample, to resolution: MetricsResolution) {
        state.withLock { state in
            if state[resolution].count == resolution.limit { state[resolution].removeFirst() }
            state[resolution].append(sample)
            if resolution == .second { state.lastNumber += 1 }
        }
    }
}
