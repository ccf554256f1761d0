internal import AetherActors
internal import AetherJSON
internal import AetherRuntime
internal import AetherStorage
internal import DequeModule
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Tells pages what changes: gathers it in frames, keeps the last of them for pages that come back, and wakes those that listen.
///
/// States: *resting*, while no page has listened for a while: nothing is gathered, nothing wakes → *gathering*, from the first page
/// on. A frame's number is never used again; whoever comes back with one that is still kept misses nothing.
actor EventHub {
    /// How often changes are looked at.
    static let interval = Duration.milliseconds(200)
    /// After how many intervals without news a page is told that the server is alive.
    static let heartbeatTicks = 25
    /// How often the metrics and the workers are looked at, in intervals.
    private static let slowTicks: UInt64 = 5
    /// How long frames are gathered for pages that may come back, in intervals.
    private static let lingerTicks = 300
    /// How many frames are kept, and with how many workflows in all.
    private static let maximumFrames = 600
    private static let maximumKept = 20_000

    typealias Sample = @Sendable () -> (number: UInt64, json: JSONValue)?

    struct Subscription: Sendable {
        fileprivate var id: UInt64
        /// Has an element when there may be news, or a heartbeat is due; ends with the hub.
        var wakes: AsyncStream<Void>
        /// The frame before the first that the subscriber is to be told; what it missed is told first.
        var start: UInt64
        /// Whether nothing is missing between what it knows and that frame.
        var isResumed: Bool
    }

    struct News: Sendable {
        /// All frames since, in one; `nil` when there is none.
        var frame: EventFrame?
        /// Whether some of them are no longer kept.
        var hasGap: Bool
        var tick: UInt64
    }

    private struct Subscriber {
        var topics: EventTopics
        var wake: AsyncStream<Void>.Continuation
    }

    /// Which life of the server it is: numbers of another one mean nothing.
    nonisolated let boot: String
    private let engine: Engine
    private let sleep: @Sendable (Duration) async throws -> Void
    private let newestSample: Sample
    private let logger: Logger
    private nonisolated let bell = BatchQueue<Void>()
    private nonisolated let cuts = Atomic<Int>(0)
    private var lastCut = 0
    private var subscribers: [UInt64: Subscriber] = [:]
    private var lastSubscriber: UInt64 = 0
    private var frames = Deque<EventFrame>()
    private var kept = 0
    private var lastFrame: UInt64 = 0
    /// The first frame of which all since is known.
    private var firstKept: UInt64 = 1
    private(set) var isGathering = false
    private var isFinished = false
    private var tick: UInt64 = 0
    private var lastSample: UInt64 = 0
    private var lastWorkers: Int?
    private var lastReadiness: EventFrame.Readiness?

    init(
        boot: String, engine: Engine, sleep: @escaping @Sendable (Duration) async throws -> Void,
        newestSample: @escaping Sample, logger: Logger
    ) {
        self.boot = boot
        self.engine = engine
        self.sleep = sleep
        self.newestSample = newestSample
        self.logger = logger
    }

    // MARK: Pages

    /// A page listens from now on; give the subscription back with ``leave(_:)``.
    ///
    /// - Parameters:
    ///   - topics: what it wants to be told of.
    ///   - last: the last frame it knows, of this life of the server; `nil` for a new page.
    /// - Returns: what to wait on, and where to begin.
    func subscribe(_ topics: EventTopics, after last: UInt64?) -> Subscription {
        if !isGathering { beginGathering() }
        lastSubscriber += 1
        let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        if isFinished { wake.finish() }
        subscribers[lastSubscriber] = Subscriber(topics: topics, wake: wake)
        gather()
        let isResumed = last.map { $0 >= firstKept - 1 && $0 <= lastFrame } ?? false
        // What it missed is told at once.
        wake.yield()
        return Subscription(
            id: lastSubscriber, wakes: wakes, start: isResumed ? last ?? lastFrame : lastFrame, isResumed: isResumed)
    }

    func leave(_ subscription: Subscription) {
        subscribers[subscription.id] = nil
        if isGathering { gather() }
    }

    /// Ends all streams within an interval: pages come back by themselves, if they still may, and miss nothing.
    nonisolated func cut() {
        cuts.add(1, ordering: .relaxed)
    }

    /// What happened since a frame.
    func news(after last: UInt64) -> News {
        var merged: EventFrame?
        for frame in frames.reversed().prefix(while: { $0.number > last }).reversed() {
            if merged == nil { merged = frame } else { merged?.merge(frame) }
        }
        return News(frame: merged, hasGap: last < firstKept - 1, tick: tick)
    }

    // MARK: Gathering

    /// Gathers while pages listen, until a graceful shutdown or a cancellation. To be called once.
    func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            while await bell.take() != nil { await gatherWhileSomeoneListens() }
        } onCancelOrGracefulShutdown: { [bell] in
            bell.finish()
        }
        isFinished = true
        engine.changes.set(isOn: false)
        for subscriber in subscribers.values { subscriber.wake.finish() }
    }

    private func beginGathering() {
        isGathering = true
        // What happened while nobody looked is not known.
        lastFrame += 1
        firstKept = lastFrame + 1
        frames = []
        kept = 0
        lastReadiness = EventFrame.Readiness(engine.unavailability)
        bell.put(())
    }

    private func gather() {
        let watched = subscribers.values.reduce(into: Set<WorkflowID>()) { $0.formUnion($1.topics.runs) }
        engine.changes.set(isOn: true, watched: watched)
    }

    private func gatherWhileSomeoneListens() async {
        var idleTicks = 0
        while idleTicks < Self.lingerTicks, !bell.isFinished {
            guard (try? await sleep(Self.interval)) != nil else { return }
            tick += 1
            endCutStreams()
            idleTicks = subscribers.isEmpty ? idleTicks + 1 : 0
            let frame = await nextFrame()
            if let frame { keep(frame) }
            if frame != nil || tick % UInt64(Self.heartbeatTicks) == 0 {
                for subscriber in subscribers.values { subscriber.wake.yield() }
            }
        }
        if subscribers.isEmpty {
            isGathering = false
            engine.changes.set(isOn: false)
        } else {
            bell.put(())
        }
    }

    private func endCutStreams() {
        let cut = cuts.load(ordering: .relaxed)
        guard cut != lastCut else { return }
        lastCut = cut
        for subscriber in subscribers.values { subscriber.wake.finish() }
        subscribers = [:]
        gather()
    }

    private func nextFrame() async -> EventFrame? {
        var frame = EventFrame(number: lastFrame + 1)
        frame.changes = engine.changes.take()
        if !frame.changes.changed.isEmpty || !frame.changes.removed.isEmpty || frame.changes.omitted > 0 {
            do {
                frame.counts = try await engine.counts()
            } catch {
                logger.error("workflows can't be counted", metadata: [LogKey.error: "\(error)"])
            }
        }
        let readiness = EventFrame.Readiness(engine.unavailability)
        if readiness != lastReadiness {
            frame.readiness = readiness
            lastReadiness = readiness
        }
        if tick % Self.slowTicks == 0 { await addSlowNews(to: &frame) }
        return frame.isEmpty ? nil : frame
    }

    private func addSlowNews(to frame: inout EventFrame) async {
        if subscribers.values.contains(where: \.topics.hasMetrics), let sample = newestSample(),
            sample.number != lastSample
        {
            lastSample = sample.number
            frame.sample = sample.json
        }
        guard subscribers.values.contains(where: \.topics.hasWorkers) else { return }
        var hasher = Hasher()
        for worker in await engine.workers() {
            hasher.combine(worker.identity)
            hasher.combine(worker.isConnected)
            hasher.combine([worker.capacity, worker.held, worker.waiting])
        }
        for queue in await engine.queues() {
            hasher.combine(queue.resource)
            hasher.combine(queue.depth)
            hasher.combine(queue.workers)
        }
        let workers = hasher.finalize()
        frame.isWorkersChanged = lastWorkers != nil && workers != lastWorkers
        lastWorkers = workers
    }

    private func keep(_ frame: EventFrame) {
        lastFrame = frame.number
        frames.append(frame)
        kept += frame.changes.count
        while frames.count > Self.maximumFrames || (kept > Self.maximumKept && frames.count > 1) {
            guard let oldest = frames.popFirst() else { break }
            kept -= oldest.changes.count
            firstKept = oldest.number + 1
        }
    }
}
