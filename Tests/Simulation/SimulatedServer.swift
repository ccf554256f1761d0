import Aether
import AetherActors
import AetherProtocol
import AetherRuntime
import AetherServer
import AetherStorage
import GRPCCore
import Logging

/// One life of a server: the product's engine and services, over the disk that outlives it, or the database that it shares.
///
/// Unchecked for the reason of ``Scheduler``.
final class SimulatedServer: @unchecked Sendable {
    /// How long a process that stands still answers no PING before its connections count as dead: 15 s.
    private static let silence: Int64 = 15_000

    let machine: Machine
    let connection: InProcessConnection
    /// What the other servers call; `nil` where there are none.
    let node: (any Aether_V1_NodeService.SimpleServiceProtocol)?
    /// Its connection to the database that it shares.
    let database: DatabaseConnection?
    /// Where it is among the servers.
    let place: Int
    private let world: World
    private let cutOff: () -> Void
    private var serving: Task<Void, Never>?
    /// What to do for each call under way when the server goes.
    private var underWay: [UInt64: () -> Void] = [:]
    private var lastCall: UInt64 = 0
    private var streams: [(worker: String, stream: TaskLink)] = []
    private(set) var isUp = true

    /// - Parameters:
    ///   - world: where it is.
    ///   - number: counts all lives of all servers.
    ///   - place: where it is among the servers, which tells its address.
    init(_ world: World, number: Int, at place: Int) {
        self.world = world
        self.place = place
        let machine = Machine("server \(number)")
        self.machine = machine
        let server: InProcessServer
        if let shared = world.database {
            let store = SimulatedSharedStore(shared, on: machine, of: world)
            (database, cutOff) = (store.connection, store.cutOff)
            server = InProcessServer(
                stores: [.stateActionLog: store, .memory: MemoryStore()], configuration: world.configuration,
                clock: world.engineClock(at: place), logger: Self.logger(world, machine),
                cluster: Self.cluster(world, number, at: place, on: machine))
        } else {
            let store = SimulatedStore(world.disk, on: machine, of: world)
            (database, cutOff) = (nil, store.cutOff)
            let memory = SimulatedStore(Disk(isVolatile: true), on: machine, of: world)
            server = InProcessServer(
                stores: [.stateActionLog: store, .memory: memory], configuration: world.configuration,
                clock: world.engineClock(at: place), logger: Self.logger(world, machine))
        }
        connection = InProcessConnection(server)
        node = server.nodeService
        // Awaited by whoever stops it; a killed one's is cancelled when the world ends.
        serving = Task(executorPreference: machine) { try? await server.run() }
    }

    private static func logger(_ world: World, _ machine: Machine) -> Logger {
        var logger = Logger(label: "aether")
        logger.handler = TraceLog(world: world, source: machine.name)
        return logger
    }

    private static func cluster(
        _ world: World, _ number: Int, at place: Int, on machine: Machine
    ) -> InProcessServer.Cluster {
        let joins = JoinCount()
        return InProcessServer.Cluster(
            describe: {
                ClusterNode(id: "node \(number).\(joins.next())", address: "\(place)", version: "")
            },
            connect: { other in
                SimulatedPeerConnection(world, from: machine, at: place, to: Int(other.address) ?? 0)
            })
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
        cutOff()
        world.history.forgetMemory()
        hangUp()
        world.wires.breakAll(of: place, within: 1_000)
    }

    /// The process is told to end, and does so in its own time.
    func stop() async {
        isUp = false
        serving?.cancel()
        await serving?.value
        world.history.forgetMemory()
        hangUp()
        world.wires.breakAll(of: place, within: 100)
    }

    /// The process stands still, and goes on as if nothing had happened.
    func pause(for milliseconds: Int64) async {
        guard isUp, machine.isRunning else { return }
        world.trace("\(machine.name) stands still for \(milliseconds)")
        machine.pause()
        try? await world.scheduler.sleep(min(milliseconds, Self.silence))
        if milliseconds > Self.silence, isUp {
            hangUp()
            world.wires.breakAll(of: place, within: 1_000)
            try? await world.scheduler.sleep(milliseconds - Self.silence)
        }
        world.trace("\(machine.name) goes on")
        machine.goOn()
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
            // A process that only stood still finds out when it goes on.
            if isUp { stream.serving?.cancel() }
        }
    }
}

/// Counts how often a server joins. Unchecked for the reason of ``Scheduler``.
private final class JoinCount: @unchecked Sendable {
    private var last = 0

    func next() -> Int {
        last += 1
        return last
    }
}
