public import Aether
internal import AetherActors
internal import AetherRuntime
internal import AetherServer
internal import AetherStorage
public import Foundation
internal import Logging
internal import Synchronization

/// Aether in the process of a test: the engine and the worker of the product, everything in memory, and a time that is
/// skipped while a test waits for a result. A workflow that sleeps a month is tested in milliseconds.
///
/// ```swift
/// let test = TestEnvironment(serving: [handleOrder])
/// test.stub(chargeCard) { amount in "receipt-\(amount)" }
/// test.fail(step: "reserve", times: 2)
/// let order = try await test.run { try await handleOrder.startAndWait("order-1") }
/// ```
///
/// Within ``run(_:)`` every client uses the environment, whatever URL it was made with: workflows are tested as they are.
/// Everything runs on one executor in the order of arrival, so a test takes the same course every time; only what closures
/// of steps and activities wait for outside of the process can change it. Environments don't know of each other, and tests
/// with one each can run in parallel, in Swift Testing and in XCTest.
public final class TestEnvironment: Sendable {
    public struct Configuration: Sendable {
        /// What the clock shows at first.
        public var start = Date(timeIntervalSince1970: 1_735_689_600)
        /// What random values of workflows are derived from.
        public var seed: UInt64 = 1
        /// Whether a run leaves memory whenever it waits, and is replayed from its journal when it goes on. So a test sees
        /// code that is not deterministic: it is blocked, as it would be after a crash. It makes long runs slow.
        public var replaysAlways = false

        public init() {}
    }

    let time: VirtualTime
    let script = Script()
    private let servables: Mutex<[any Servable]>
    private let configuration: Configuration
    private let executor: TestExecutor
    private let isRunning = Mutex(false)

    /// - Parameters:
    ///   - servables: the workflows and activities under test; activities and children that are stubbed need not be among
    ///     them.
    ///   - configuration: the clock's start, and how the environment behaves.
    public init(serving servables: [any Servable], configuration: Configuration = Configuration()) {
        let start = Timestamp(millisecondsSinceEpoch: Int64(configuration.start.timeIntervalSince1970 * 1000))
        let time = VirtualTime(startingAt: start)
        self.time = time
        self.configuration = configuration
        self.servables = Mutex(servables)
        executor = TestExecutor { time.goOn() }
    }

    /// Runs a test's body with a server and a worker, which end with it. What was stored is then gone.
    ///
    /// - Parameter body: starts workflows, waits for them, skips time.
    /// - Returns: what the body returned.
    /// - Throws: what the body throws; ``Aether/AetherError`` when two servables of a kind have one name, or when the
    ///   environment runs already. A wait for a result throws one with the code `failedPrecondition` when the run
    ///   waits for something that only the test could do, and its message says what.
    @discardableResult
    public func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let isFirst = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard isFirst else {
            throw AetherError(
                code: .failedPrecondition, message: "this test environment runs already; make one for each run")
        }
        defer { isRunning.withLock { $0 = false } }
        let server = makeServer()
        let servables = servables.withLock { $0 }
        return try await withTaskExecutorPreference(executor) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                defer { group.cancelAll() }
                return try await AetherClient.serve(
                    servables, on: server, in: self.surroundings, configuration: self.clientConfiguration,
                    untilStuck: { await self.untilStuck() }, body)
            }
        }
    }

    private func makeServer() -> InProcessServer {
        var configuration = EngineConfiguration()
        // Nothing is gained by runs leaving a memory from which they are read again.
        configuration.passivationHorizon = .seconds(Int64.max / 1000)
        configuration.snapshotSteps = 1
        let (time, generator) = (time, SeededGenerator(configuration: self.configuration))
        let clock = EngineClock(
            now: { time.now },
            // Of grace periods and retries: they are no part of what is tested.
            sleep: { try await Task.sleep(for: $0) },
            sleepUntil: { try await time.sleep(until: $0) },
            random: { generator.next() })
        return InProcessServer(
            stores: [.stateActionLog: MemoryStore(), .memory: MemoryStore()], configuration: configuration,
            clock: clock, logger: Logger(label: "aether"))
    }

    private var surroundings: Surroundings {
        let (time, script, generator) = (time, script, SeededGenerator(configuration: configuration))
        let clock = WorkerClock(
            now: { time.now }, sleep: { try await time.sleep(for: $0) }, random: { generator.next() })
        return Surroundings(clock: clock, executor: WorkerExecutor(on: executor, width: 1)) { attempt, closure in
            time.closureBegins()
            defer { time.closureEnds() }
            return try await Self.$isInClosure.withValue(true) { try await script.call(attempt, closure) }
        }
    }

    private var clientConfiguration: AetherClient.Configuration {
        var client = AetherClient.Configuration()
        if configuration.replaysAlways { client.maximumRunsInMemory = 0 }
        return client
    }

    private func untilStuck() async {
        executor.ring()
        await time.wait()
    }

    func replace(_ servable: some Servable) {
        servables.withLock { servables in
            servables.removeAll { type(of: $0) == type(of: servable) && $0.name == servable.name }
            servables.append(servable)
        }
    }

    /// What the clock of workflows shows.
    public var now: Date { Date(timeIntervalSince1970: Double(time.now.millisecondsSinceEpoch) / 1000) }

    /// Skips time, and lets everything happen that is due meanwhile, and what follows from it.
    ///
    /// - Parameter duration: how far; zero lets happen what is due now.
    /// - Throws: `CancellationError`.
    public func advance(by duration: Duration) async throws {
        let end = time.now.advanced(by: duration)
        executor.ring()
        try await time.skip(to: end)
    }

    /// Whether the current task is that of a step's or an activity's closure.
    @TaskLocal private static var isInClosure = false

    /// Sleeps in the environment's time: for stubs of steps and activities that are to take long. Elsewhere it skips time, as
    /// ``advance(by:)`` does.
    ///
    /// - Parameter duration: how long.
    /// - Throws: `CancellationError` when the step or activity has taken too long, or is cancelled.
    public func sleep(for duration: Duration) async throws {
        guard Self.isInClosure else { return try await advance(by: duration) }
        time.closureEnds()
        defer { time.closureBegins() }
        try await time.sleep(for: duration)
    }
}

/// A stream of random bits that is the same every time.
private final class SeededGenerator: Sendable {
    private let generator: Mutex<SplitMix64>

    init(configuration: TestEnvironment.Configuration) {
        generator = Mutex(SplitMix64(seed: configuration.seed))
    }

    func next() -> UInt64 { generator.withLock { $0.next() } }
}
