import Aether
import AetherRuntime
import Logging

/// One process that serves the programs, with the product's SDK.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedWorker: @unchecked Sendable {
    /// How long a paused process answers no PING before its connection counts as dead: 15 s (SEMANTICS: run, lease, order).
    private static let silence: Int64 = 15_000

    let number: Int
    let link: Link
    var name: String { "worker \(number)" }
    private let world: World
    private let machine: Machine
    private var serving: Task<Void, Never>?
    private var isEnding = false

    init(_ world: World, _ number: Int) {
        self.world = world
        self.number = number
        machine = Machine("worker \(number)")
        link = Link(world, name: "worker \(number)", on: machine)
    }

    func start() {
        guard serving == nil, !isEnding else { return }
        world.trace("\(name) starts")
        var logger = Logger(label: "aether")
        logger.handler = TraceLog(world: world, source: name)
        let client = AetherClient(workerID: name, configuration: world.workerConfiguration, logger: logger)
        let servables = ProgramRunner(world: world, client: client).servables
        let surroundings = Surroundings(clock: world.workerClock, executor: WorkerExecutor(on: machine, width: 2))
        // Cancelled by `stop()`, which awaits it, or when a killed one is buried.
        serving = Task(executorPreference: machine) { [world, link, name] in
            do {
                try await client.serve(servables, over: link, in: surroundings)
            } catch {
                world.fail("\(name) ends: \(error)")
            }
        }
    }

    /// - Returns: whether there was anything to kill.
    func kill() -> Bool {
        guard serving != nil, machine.isRunning, !isEnding else { return false }
        world.trace("\(name) is killed")
        isEnding = true
        machine.kill()
        link.isCut = true
        world.hasDied(name)
        return true
    }

    @discardableResult
    func stop() async -> Bool {
        guard let serving, machine.isRunning, !isEnding else { return false }
        world.trace("\(name) is stopped")
        isEnding = true
        serving.cancel()
        await serving.value
        return true
    }

    func pause(for milliseconds: Int64) async {
        guard machine.isRunning, !isEnding else { return }
        world.trace("\(name) stands still for \(milliseconds)")
        machine.pause()
        try? await world.scheduler.sleep(min(milliseconds, Self.silence))
        if milliseconds > Self.silence {
            world.isPaused(name)
            try? await world.scheduler.sleep(milliseconds - Self.silence)
        }
        machine.goOn()
    }

    /// All is well from now on.
    func heal() {
        machine.goOn()
        if !isEnding { link.isCut = false }
        start()
    }

    func bury() {
        machine.bury()
        serving?.cancel()
    }
}
