import Aether
import AetherActors
import AetherRuntime
import AetherServer
import AetherStorage
import GRPCCore
import Logging

/// One life of the server: the product's engine and services, over the disk that outlives it.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedServer: @unchecked Sendable {
    let machine: Machine
    let connection: InProcessConnection
    private let world: World
    private let store: SimulatedStore
    private var serving: Task<Void, Never>?
    /// What to do for each call under way when the server goes.
    private var underWay: [UInt64: () -> Void] = [:]
    private var lastCall: UInt64 = 0
    private var streams: [(worker: String, stream: TaskLink)] = []
    private(set) var isUp = true

    init(_ world: World, number: Int) {
        self.world = world
        let machine = Machine("server \(number)")
        self.machine = machine
        store = SimulatedStore(world.disk, on: machine, of: world)
        let memory = SimulatedStore(Disk(isVolatile: true), on: machine, of: world)
        var logger = Logger(label: "aether")
        logger.handler = TraceLog(world: world, source: machine.name)
        let server = InProcessServer(
            stores: [.stateActionLog: store, .memory: memory], configuration: world.configuration,
            clock: world.engineClock, logger: logger)
        connection = InProcessConnection(server)
        // Awaited by whoever stops it; a killed one's is cancelled when the world ends.
        serving = Task(executorPreference: machine) { try? await server.run() }
    }

    /// Does what a call asks for. Whoever waits hears of the server's end instead, should that come first.
    func perform<Answer: Sendable>(
        after milliseconds: Int64, _ body: @escaping @Sendable (SimulatedServer) async throws -> Answer,
        _ reply: Reply<Answer>
    ) -> Task<Void, Never> {
        lastCall += 1
        let number = lastCall
        underWay[number] = {
            reply.resolve(.failure(RPCError(code: .unavailable, message: "the server is gone")))
        }
        return Task(executorPreference: machine) { [self] in
            let result: Result<Answer, any Error>
            do {
                if milliseconds > 0 {
                    try await world.scheduler.sleep(
                        Int64.random(in: 0...milliseconds, using: &world.scheduler.random))
                }
                result = .success(try await body(self))
            } catch {
                result = .failure(error)
            }
            underWay[number] = nil
            reply.resolve(result)
        }
    }

    // MARK: Streams

    func add(_ stream: TaskLink, of worker: String) {
        streams.append((worker, stream))
    }

    /// The connection of a worker breaks; both ends notice, each when it does.
    func breakStreams(of worker: String, clientAfter: Int64, serverAfter: Int64) {
        let broken = streams.filter { $0.worker == worker }
        streams.removeAll { $0.worker == worker }
        for (_, stream) in broken {
            // Neither is awaited: they end by themselves.
            Task { [world] in
                try? await world.scheduler.sleep(clientAfter)
                stream.breakOff(RPCError(code: .unavailable, message: "the connection broke"))
            }
            Task { [world] in
                try? await world.scheduler.sleep(serverAfter)
                stream.serving?.cancel()
            }
        }
    }

    // MARK: Ends

    /// The process is killed: nothing it had in hand goes on.
    func kill() {
        isUp = false
        machine.kill()
        store.cutOff()
        world.history.forgetMemory()
        hangUp()
    }

    /// The process is told to end, and does so in its own time.
    func stop() async {
        isUp = false
        serving?.cancel()
        await serving?.value
        world.history.forgetMemory()
        hangUp()
    }

    /// Frees what a killed server left. Nobody hears of it any more.
    func bury() {
        machine.bury()
        serving?.cancel()
        for (_, stream) in streams { stream.serving?.cancel() }
    }

    private func hangUp() {
        for number in underWay.keys.sorted() { underWay[number]?() }
        underWay = [:]
        for (_, stream) in streams {
            stream.breakOff(RPCError(code: .unavailable, message: "the server is gone"))
        }
    }
}
