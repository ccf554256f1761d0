internal import AetherActors
internal import AetherRuntime

/// Takes a sample each second, on the second.
struct MetricsSampler: Sendable {
    let clock: EngineClock
    let history: MetricsHistory
    let read: @Sendable () async throws -> MetricsReading

    /// Where the next sample of each resolution begins.
    private typealias Beginnings = [MetricsResolution: MetricsReading]

    /// Works until it is cancelled.
    func run() async {
        var beginnings: Beginnings = [:]
        repeat {
            // What can't be read now, while the server ends, is passed over.
            if let reading = try? await read() { take(reading, &beginnings) }
        } while await waitForNextSecond()
    }

    private func take(_ reading: MetricsReading, _ beginnings: inout Beginnings) {
        for resolution in MetricsResolution.allCases {
            guard let beginning = beginnings[resolution] else {
                beginnings[resolution] = reading
                continue
            }
            // The wait may have been longer than it should be; the sample then is of that time.
            let length = resolution.milliseconds
            guard reading.time.rawValue / length > beginning.time.rawValue / length else { continue }
            history.append(MetricsSample(from: beginning, to: reading), to: resolution)
            beginnings[resolution] = reading
        }
    }

    private func waitForNextSecond() async -> Bool {
        let length = MetricsResolution.second.milliseconds
        let next = Timestamp(rawValue: (clock.now().rawValue / length + 1) * length)
        return (try? await clock.sleepUntil(next)) != nil && !Task.isCancelled
    }
}
