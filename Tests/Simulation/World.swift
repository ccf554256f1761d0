import Aether
import AetherActors
import AetherProtocol
import AetherRuntime
import AetherStorage
import GRPCCore
import Logging
import SwiftProtobuf

/// One seed's world: a server over a disk, or several that share a database, workers, clients, a network between them, and what goes wrong.
///
/// First the faults have their time, then all is well, and everything must come to its end. What has to hold meanwhile
/// and afterwards is ``History``'s to say.
///
/// Unchecked for the reason of ``Scheduler``.
final class World: @unchecked Sendable {
    struct Settings {
        var seed: UInt64 = 1
        var workflows = 10
        var servers = 1
        /// How long the faults go on, in milliseconds.
        var faultTime: Int64 = 20_000
        /// How long everything may take once they are over, in milliseconds.
        var calmTime: Int64 = 600_000
        var hasFaults = true
        var isVerbose = false
    }

    let settings: Settings
    let scheduler: Scheduler
    let disk = Disk(isVolatile: false)
    private(set) var faults: Faults
    /// What the servers share; `nil` where there is one.
    private(set) var database: SharedDatabase?
    private(set) lazy var wires = Wires(self)
    /// The last life of each server.
    private(set) var servers: [SimulatedServer?]
    private(set) var workers: [SimulatedWorker] = []
    private var gone: [SimulatedServer] = []
    private var goneWorkers: [SimulatedWorker] = []
    let history = History()
    private(set) var configuration = EngineConfiguration()
    private(set) var workerConfiguration = AetherClient.Configuration()
    /// What went wrong that must not.
    private(set) var violation: String?
    /// Whether the processes are to end, and whether they have.
    private(set) var isOver = false
    private(set) var hasEnded = false
    private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
    /// How far the time of day is off, in milliseconds, and how far it was when the server started, which then counts on by itself.
    private var skew: Int64 = 0
    private var serverSkews: [Int64]
    private var lives = 0
    private var clientsLeft = 0
    private let clients = Machine("clients")

    private static let beginning: Int64 = 1_735_689_600_000

    init(_ settings: Settings) {
        self.settings = settings
        scheduler = Scheduler(seed: settings.seed)
        faults = Faults(scheduler, none: !settings.hasFaults, isShared: settings.servers > 1)
        servers = Array(repeating: nil, count: settings.servers)
        serverSkews = Array(repeating: 0, count: settings.servers)
        configuration.passivationHorizon = .seconds(draw([0, 1, 5, 3_600]))
        workerConfiguration.maximumConcurrentTasks = draw([1, 2, 10, 1_000])
        workerConfiguration.maximumRunsInMemory = draw([0, 2, 10_000])
        workerConfiguration.shutdownGrace = .seconds(draw([0, 1, 10]))
        if settings.servers > 1 { database = SharedDatabase(disk, of: self) }
        history.fail = { [unowned self] in self.fail($0) }
    }

    /// Whether several servers share a database.
    var isShared: Bool { settings.servers > 1 }

    /// One of the servers that are up, as a balancer would draw it for each call.
    func drawServer() -> SimulatedServer? {
        let up = servers.compactMap { $0 }.filter(\.isUp)
        return up.count > 1 ? draw(up) : up.first
    }

    func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &scheduler.random) }

    func draw<Value>(_ values: [Value]) -> Value {
        values[Int(scheduler.random.next() % UInt64(values.count))]
    }

    /// Waits for as long as the draw says, in milliseconds.
    func pause(_ range: ClosedRange<Int64>) async throws {
        try await scheduler.sleep(draw(range))
    }

    func fail(_ what: String) {
        guard violation == nil else { return }
        violation = what
        trace("VIOLATION \(what)")
        guard settings.isVerbose, let id = what.split(separator: ": ").first.map({ WorkflowID(rawValue: String($0)) })
        else { return }
        for entry in history.runs[id]?.entries ?? [] { print(entry.line) }
    }

    /// Tells of something that belongs to the course of the world.
    func trace(_ what: @autoclosure () -> String) {
        let line = "\(scheduler.now) \(what())"
        for byte in line.utf8 { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        if settings.isVerbose { print(line) }
    }

    /// Tells of something that is there only to be read.
    func note(_ what: String) {
        if settings.isVerbose { print("\(scheduler.now)   \(what)") }
    }

    // MARK: Time

    private func timeOfDay(_ skew: Int64) -> Timestamp {
        Timestamp(millisecondsSinceEpoch: Self.beginning + scheduler.now + skew)
    }

    func engineClock(at place: Int) -> EngineClock {
        let skew = serverSkews[place]
        return EngineClock(
            now: { self.timeOfDay(skew) },
            sleep: { try await self.scheduler.sleep($0.milliseconds) },
            sleepUntil: { instant in
                let now = self.timeOfDay(skew)
                if now < instant { try await self.scheduler.sleep(instant.rawValue - now.rawValue) }
            },
            random: { self.scheduler.random.next() })
    }

    var workerClock: WorkerClock {
        let start = ContinuousClock.now
        return WorkerClock(
            now: { self.timeOfDay(self.skew) },
            sleep: { try await self.scheduler.sleep($0.milliseconds) },
            instant: { start + .milliseconds(self.scheduler.now) },
            pause: { try await self.scheduler.sleep($0.milliseconds) },
            random: { self.scheduler.random.next() })
    }

    // MARK: The course of the world

    func run() async {
        trace("faults: \(faults)")
        for place in servers.indices { startServer(at: place) }
        for number in 1...Int(draw(1...4)) { workers.append(SimulatedWorker(self, number)) }
        for worker in workers { worker.start() }
        clientsLeft = settings.workflows
        for number in 0..<settings.workflows {
            // Counts itself off when it is done.
            Task(executorPreference: clients) {
                await SimulatedClient(self, number).run()
                self.clientsLeft -= 1
            }
        }
        let troubles = settings.hasFaults ? startTroubles() : []
        try? await scheduler.sleep(settings.faultTime)
        for trouble in troubles { trouble.cancel() }
        for trouble in troubles { await trouble.value }
        await calmDown()
        let end = scheduler.now + settings.calmTime
        while clientsLeft > 0, violation == nil, scheduler.now < end { try? await scheduler.sleep(200) }
        if clientsLeft > 0, violation == nil { await tellWhatIsStuck() }
        if violation == nil { await judge() }
        await finish()
    }

    private func startServer(at place: Int) {
        lives += 1
        // As the product's does, its clock begins no earlier than what was written last.
        let written = history.newestTime.rawValue - timeOfDay(0).rawValue
        serverSkews[place] = max(skew + (isShared && settings.hasFaults ? draw(-3_000...3_000) : 0), written)
        servers[place] = SimulatedServer(self, number: lives, at: place)
        trace("server \(lives) starts")
    }

    private func calmDown() async {
        faults.isOn = false
        history.isCalm = true
        disk.isBroken = false
        trace("calm")
        for worker in workers { worker.heal() }
        wires.heal()
        for place in servers.indices {
            servers[place]?.database?.heal()
            if servers[place]?.isUp != true { startServer(at: place) }
        }
    }

    private func tellWhatIsStuck() async {
        let link = Link(self, name: "judge", on: clients)
        var stuck: [String] = []
        for (id, run) in history.runs.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where run.outcome == nil {
            let status = try? await link.getWorkflowStatus(.with { $0.workflowID = id.rawValue })
            trace("\(id) is open: \(status?.reason ?? "no status")")
            for entry in run.entries { note(entry.line) }
            stuck.append("\(id) does not end: \(status?.reason ?? "no status")")
        }
        if let first = stuck.first { return fail(first) }
        fail("\(clientsLeft) clients wait for what has ended")
    }

    /// Has every process end that is left, and frees what killed ones left.
    private func finish() async {
        for worker in workers { await worker.stop() }
        for server in servers { await server?.stop() }
        isOver = true
        history.isOver = true
        for server in gone { server.bury() }
        for worker in goneWorkers { worker.bury() }
        await scheduler.untilIdle()
        hasEnded = true
    }

    // MARK: Trouble

    private func startTroubles() -> [Task<Void, Never>] {
        [
            repeated(faults.serverCrashes) { await self.crashServer() },
            repeated(faults.serverStops) { await self.restartServer() },
            repeated(faults.workerCrashes) { await self.crashWorker() },
            repeated(faults.workerStops) { await self.restartWorker() },
            repeated(faults.workerPauses) { await self.pauseWorker() },
            repeated(faults.brokenStreams) { await self.breakStreams() },
            repeated(faults.partitions) { await self.cutOffWorker() },
            repeated(faults.brokenDisks) { await self.breakDisk() },
            repeated(faults.clockJumps) { self.skew += self.draw(-5_000...20_000) },
            repeated(faults.serverPauses) { await self.pauseServer() },
            repeated(faults.databaseCuts) { await self.cutDatabase() },
            repeated(faults.wireCuts) { await self.cutWire() },
        ].compactMap { $0 }
    }

    private func repeated(_ interval: Int64, _ trouble: @escaping @Sendable () async -> Void) -> Task<Void, Never>? {
        guard interval > 0 else { return nil }
        // Awaited when calm begins.
        return Task {
            while (try? await self.pause(interval / 2...interval * 3 / 2)) != nil, !Task.isCancelled { await trouble() }
        }
    }

    /// Kills a server in the middle of something, and starts another one.
    private func crashServer() async {
        guard let server = drawServer() else { return }
        let jobs = Int(draw(0...200))
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            scheduler.interrupt(afterJobs: jobs) { continuation.resume() }
        }
        guard server.isUp else { return }
        trace("\(server.machine.name) is killed")
        server.kill()
        gone.append(server)
        try? await pause(0...(isShared ? 20_000 : 3_000))
        if servers[server.place] === server { startServer(at: server.place) }
    }

    private func restartServer() async {
        guard let server = drawServer() else { return }
        trace("\(server.machine.name) is stopped")
        await server.stop()
        try? await pause(0...1_000)
        if servers[server.place] === server { startServer(at: server.place) }
    }

    private func crashWorker() async {
        let worker = draw(workers)
        guard worker.kill() else { return }
        goneWorkers.append(worker)
        let next = SimulatedWorker(self, worker.number)
        workers.replace(worker, by: next)
        try? await pause(0...8_000)
        next.start()
    }

    private func restartWorker() async {
        let worker = draw(workers)
        guard await worker.stop() else { return }
        let next = SimulatedWorker(self, worker.number)
        workers.replace(worker, by: next)
        try? await pause(0...2_000)
        next.start()
    }

    private func pauseWorker() async {
        let worker = draw(workers)
        await worker.pause(for: draw([100, 1_000, 4_000, 12_000, 30_000]))
    }

    private func breakStreams() async {
        let worker = draw(workers).name
        breakStreams(of: worker, clientAfter: 0...2_000, serverAfter: 0...5_000)
    }

    private func cutOffWorker() async {
        let worker = draw(workers)
        trace("\(worker.name) is cut off")
        worker.link.isCut = true
        breakStreams(of: worker.name, clientAfter: 0...15_000, serverAfter: 0...15_000)
        try? await pause(100...12_000)
        worker.link.isCut = false
    }

    private func breakDisk() async {
        trace("the disk is full")
        disk.isBroken = true
        try? await pause(100...4_000)
        disk.isBroken = false
    }

    private func breakStreams(
        of worker: String, clientAfter: ClosedRange<Int64>, serverAfter: ClosedRange<Int64>
    ) {
        for server in servers {
            server?.breakStreams(of: worker, clientAfter: draw(clientAfter), serverAfter: draw(serverAfter))
        }
    }

    func hasDied(_ worker: String) {
        for server in servers {
            server?.breakStreams(of: worker, clientAfter: 0, serverAfter: draw(0...1_000))
        }
    }

    func isPaused(_ worker: String) {
        for server in servers { server?.breakStreams(of: worker, clientAfter: 0, serverAfter: 0) }
    }

    private func pauseServer() async {
        await drawServer()?.pause(for: draw([100, 1_000, 5_000, 9_000, 12_000, 20_000, 30_000]))
    }

    private func cutDatabase() async {
        // It is away for all, and whoever connects is told; or one is cut off from it, and waits.
        let isAway = draw(0...1) == 0
        let ways = (isAway ? servers : [drawServer()]).compactMap { $0?.database }
        // Rather while something is sent to it than when nobody notices.
        for _ in 0..<draw(0...1_000) where !ways.contains(where: \.isBusy) { try? await pause(1...3) }
        for way in ways { way.cut(isRefused: isAway) }
        // Among them such as are longer than a write waits, and shorter than a lease.
        try? await pause(draw([100...4_000, 5_000...7_500, 4_000...15_000]))
        for way in ways { way.heal() }
    }

    private func cutWire() async {
        let one = draw(Array(servers.indices))
        let other = (one + Int(draw(1...Int64(servers.count - 1)))) % servers.count
        trace("servers at \(one) and \(other) can't reach one another")
        wires.cut(one, other)
        try? await pause(draw([0...100, 100...3_000, 3_000...20_000]))
        wires.heal(one, other)
        trace("servers at \(one) and \(other) can reach one another")
    }
}

extension [SimulatedWorker] {
    fileprivate mutating func replace(_ old: SimulatedWorker, by new: SimulatedWorker) {
        guard let index = firstIndex(where: { $0 === old }) else { return }
        self[index] = new
    }
}

extension JournalEntry {
    var line: String {
        "  \(sequence) at \(time.rawValue % 100_000_000)\(record > 0 ? " record \(record)" : ""): \(event)"
            .replacing("AetherRuntime.", with: "")
    }
}
