package import AetherRuntime
internal import DequeModule
package import Logging
internal import Synchronization

/// Sends spans to a collector, many at a time, while ``run()`` runs. Whoever records a span never waits: when there are too
/// many, the new ones are dropped.
package final class SpanExporter: Sendable {
    package struct Configuration: Sendable {
        package var endpoint: OTLPEndpoint
        /// Sent with each batch.
        package var headers: [String: String] = [:]
        /// What all spans are of.
        package var resource: [SpanRecord.Attribute]
        package var version: String
        /// How many spans go together, and how long the first waits for the others.
        package var batchSize = 512
        package var interval = Duration.seconds(5)
        /// How many spans may wait.
        package var capacity = 8192
        /// How long one try may take.
        package var timeout = Duration.seconds(10)
        /// How long a batch is tried, and the pauses between two tries, if the collector names none.
        package var patience = Duration.seconds(60)
        package var pauses = Duration.milliseconds(500)...Duration.seconds(15)
        /// How long what is left may take when there is nothing more to come.
        package var flushLimit = Duration.seconds(2)
        /// How often it is told at most that spans are dropped.
        package var complaintInterval = Duration.seconds(30)

        package init(endpoint: OTLPEndpoint, resource: [SpanRecord.Attribute], version: String) {
            self.endpoint = endpoint
            self.resource = resource
            self.version = version
        }
    }

    /// Between two tries when the process ends.
    private static let lastPause = Duration.milliseconds(100)

    fileprivate struct State {
        var waiting = Deque<SpanRecord>()
        var statistics = ExportStatistics()
        /// How many were dropped since that was told last, and why the last of them.
        var untold = 0
        var reason = ""
        var lastComplaint: ContinuousClock.Instant?
        var end: ContinuousClock.Instant?
    }

    private let configuration: Configuration
    private let connection: CollectorConnection
    private let logger: Logger
    private let bell = Bell()
    private let state = Mutex(State())

    /// - Throws: ``OTLPError`` when TLS can't be set up.
    package init(_ configuration: Configuration, logger: Logger) throws(OTLPError) {
        self.configuration = configuration
        self.logger = logger
        connection = try CollectorConnection(configuration.endpoint, headers: configuration.headers)
    }

    package var statistics: ExportStatistics { state.withLock { $0.statistics } }

    /// How many spans wait.
    package var waiting: Int { state.withLock { $0.waiting.count } }

    /// Puts a span in line.
    package func record(_ span: SpanRecord) {
        let isBatch = state.withLock { state in
            guard state.waiting.count < configuration.capacity else {
                state.drop(1, "there is no room for more")
                return false
            }
            state.waiting.append(span)
            return state.waiting.count == configuration.batchSize
        }
        if isBatch { bell.ring() }
    }

    /// Exports until ``finish()``, or until the task is cancelled; then what is left, within a time limit.
    package func run() async {
        await withTaskCancellationHandler {
            while !isFinishing {
                await bell.wait(atMost: configuration.interval)
                await exportWhatWaits()
                complain(isLast: false)
            }
        } onCancel: {
            finish()
        }
        // Not cancelled with the task: within its limit it is the last thing to do.
        await Task { await exportWhatWaits() }.value
        state.withLock { state in
            if !state.waiting.isEmpty { state.drop(state.waiting.count, "the process ends") }
            state.waiting = []
        }
        complain(isLast: true)
    }

    /// Lets ``run()`` end, once what is left is exported or the time for that is over.
    package func finish() {
        let isFirst = state.withLock { state in
            guard state.end == nil else { return false }
            state.end = .now + configuration.flushLimit
            return true
        }
        guard isFirst else { return }
        connection.close(after: configuration.flushLimit)
        bell.ring()
    }

    private var isFinishing: Bool { state.withLock { $0.end != nil } }

    private func exportWhatWaits() async {
        while state.withLock({ $0.end }).map({ ContinuousClock.now < $0 }) ?? true {
            let batch = state.withLock { state in
                let count = min(configuration.batchSize, state.waiting.count)
                defer { state.waiting.removeFirst(count) }
                return Array(state.waiting.prefix(count))
            }
            if batch.isEmpty { return }
            await export(batch)
            // A last, small batch waits for others.
            if waiting < configuration.batchSize, !isFinishing { return }
        }
    }

    private func export(_ batch: [SpanRecord]) async {
        let message = OTLPMessage(
            resource: configuration.resource, scope: ("aether", configuration.version), spans: batch
        ).text
        let deadline = ContinuousClock.now + configuration.patience
        var pause = configuration.pauses.lowerBound
        while true {
            let reason: String
            var asked: Duration?
            do {
                let answer = try await connection.post(message, within: timeLeft(before: deadline))
                switch answer.meaning {
                case .taken(let rejected, let why):
                    return state.withLock { state in
                        let rejected = min(max(0, rejected), batch.count)
                        state.statistics.exported += batch.count - rejected
                        if rejected > 0 { state.drop(rejected, "the collector rejected them: \(why)") }
                    }
                case .refused:
                    return drop(batch, "the collector answered with status \(answer.status)")
                case .tryAgain(let after):
                    reason = "the collector answered with status \(answer.status)"
                    asked = after
                }
            } catch {
                reason = "the collector can't be reached: \(error)"
            }
            guard await wait(asked ?? pause * Double.random(in: 0.8...1.2), before: deadline) else {
                return drop(batch, reason)
            }
            pause = min(pause * 2, configuration.pauses.upperBound)
        }
    }

    private func timeLeft(before deadline: ContinuousClock.Instant) -> Duration {
        let end = state.withLock { $0.end } ?? deadline
        return max(.milliseconds(1), min(configuration.timeout, min(deadline, end) - .now))
    }

    /// Waits between two tries. When the process ends they follow one another quickly, as long as there is time.
    ///
    /// - Returns: `false` when there is no time for another try.
    private func wait(_ pause: Duration, before deadline: ContinuousClock.Instant) async -> Bool {
        let until = ContinuousClock.now + pause
        guard until < deadline else { return false }
        while !isFinishing, ContinuousClock.now < until { await bell.wait(atMost: until - .now) }
        guard let end = state.withLock({ $0.end }) else { return true }
        guard ContinuousClock.now + Self.lastPause < end else { return false }
        return (try? await Task.sleep(for: Self.lastPause)) != nil
    }

    private func drop(_ batch: [SpanRecord], _ reason: String) {
        state.withLock { $0.drop(batch.count, reason) }
    }

    /// Tells of spans that were dropped, once in a while.
    private func complain(isLast: Bool) {
        let now = ContinuousClock.now
        let complaint = state.withLock { state -> (count: Int, reason: String)? in
            guard state.untold > 0 else { return nil }
            if !isLast, let last = state.lastComplaint, now - last < configuration.complaintInterval { return nil }
            state.lastComplaint = now
            defer { state.untold = 0 }
            return (state.untold, state.reason)
        }
        guard let complaint else { return }
        logger.warning(
            "spans were dropped",
            metadata: [LogKey.count: .stringConvertible(complaint.count), LogKey.reason: "\(complaint.reason)"])
    }
}

extension SpanExporter.State {
    fileprivate mutating func drop(_ count: Int, _ reason: String) {
        statistics.dropped += count
        untold += count
        self.reason = reason
    }
}
