import AetherRuntime

/// A process that works: it has runs in memory, follows their programs, and reports. It dies, stands still, is cut off, and wakes
/// with runs that are another's by then.
final class CoreWorker {
    unowned let world: CoreWorld
    let identity: WorkerIdentity
    /// Which process it is: another one begins where one has died.
    let process: UInt64
    /// Whether its code does not fit the runs of the type `changed`.
    let isOutdated: Bool
    let capacity: Int
    private(set) var isAlive = true
    var isPaused = false { didSet { if !isPaused { wake() } } }
    /// What comes to it while it stands still.
    private var waiting: [() -> Void] = []
    private(set) var stream: CoreStream?
    private var runs: [TaskID: CoreRun] = [:]
    private var attempts: Set<TaskID> = []

    init(_ world: CoreWorld, _ identity: WorkerIdentity, isOutdated: Bool) {
        (self.world, self.identity, self.isOutdated) = (world, identity, isOutdated)
        process = world.nextNumber()
        capacity = Int(world.events.pick([1, 2, 5, 100]))
        connect()
    }

    var offers: Set<TaskResource> {
        var offers = Set(CoreWorld.types.map { TaskResource.workflow($0) })
        if identity.isPlain {
            offers = [.workflow("program")]
        } else {
            offers.insert(.activity("work"))
        }
        return offers
    }

    /// Does something when its time has come and the process does anything at all.
    func after(_ milliseconds: Int64, _ action: @escaping () -> Void) {
        world.events.after(milliseconds) { [self] in perform(action) }
    }

    func perform(_ action: @escaping () -> Void) {
        guard isAlive else { return }
        if isPaused { waiting.append(action) } else { action() }
    }

    private func wake() {
        let missed = waiting
        waiting = []
        for action in missed { perform(action) }
    }

    func kill() {
        isAlive = false
        breakStream()
    }

    // MARK: The stream

    /// The connection breaks: each side learns of it when it does.
    func breakStream() {
        guard let stream, stream.isOpen else { return }
        stream.close()
        let server = world.server
        server.after(world.events.draw(0...4_000)) { [self] in server.endStream(stream, of: identity.id) }
    }

    /// A stream is over.
    func reconnect(_ old: CoreStream) {
        if stream === old { connect() }
    }

    private func connect() {
        after(world.faults.networkTime() + world.events.draw(0...500)) { [self] in
            guard stream?.isOpen != true else { return }
            var held = Dictionary(uniqueKeysWithValues: attempts.map { ($0, UInt64(0)) })
            for (task, run) in runs { held[task] = run.seen }
            if world.server.isUp, !world.faults.losesCall() { stream = world.server.connect(self, held: held) }
            if stream?.isOpen != true { connect() }
        }
    }

    func receive(_ message: CoreMessageToWorker, on stream: CoreStream) {
        guard stream === self.stream else { return }
        switch message {
        case .kept(let kept):
            for task in runs.keys where !kept.contains(task) { drop(task) }
            attempts.formIntersection(kept)
            for task in kept.sorted(by: { $0.workflow < $1.workflow }) { runs[task]?.isConnectedAgain() }
        case .run(let task, let journal):
            begin(task, journal)
        case .attempt(let task):
            attempts.insert(task)
            work(task, world.events.draw(0...2_500))
        case .push(let task, let entry):
            runs[task]?.learn(entry)
        case .revoke(let task):
            drop(task)
            attempts.remove(task)
        }
    }

    // MARK: Runs

    private func begin(_ task: TaskID, _ journal: [JournalEntry]) {
        guard case .started(let start)? = journal.first?.event else {
            return world.fail("\(task): a journal without a start")
        }
        if identity.isPlain { return answer(task) }
        // A newer lease of a run says that the older one is over.
        for old in runs.keys where old.workflow == task.workflow { drop(old) }
        let run = CoreRun(task, start, journal, of: self)
        runs[task] = run
        if isOutdated, start.type == "changed" {
            run.block(Blockage(sequence: 2, expected: "something else", found: []))
        } else {
            run.goOn()
        }
    }

    func drop(_ task: TaskID) {
        runs.removeValue(forKey: task)?.isDropped = true
    }

    /// Gives all its runs back: it is about to end.
    func giveBack() {
        for task in runs.keys.sorted(by: { $0.workflow < $1.workflow }) { runs[task]?.giveBack() }
    }

    /// A plain worker does all of a run at once.
    private func answer(_ task: TaskID) {
        after(world.events.draw(0...1_000)) { [self] in
            insist { server, answer in server.end(task, as: WorkflowOutcome.completed(Array("plain".utf8)), answer) }
        }
    }

    // MARK: Activities

    private func work(_ task: TaskID, _ left: Int64) {
        after(min(left, 600)) { [self] in
            guard attempts.contains(task) else { return }
            if left > 600 {
                world.call(from: self) { server, _ in server.heartbeat(task) }
                return work(task, left - 600)
            }
            let result: ActivityResult =
                world.events.happens(20)
                ? .failed(Failure(message: "it fails", type: "Trouble")) : .completed(Array("\(task.epoch)".utf8))
            insist { server, answer in
                server.end(task, as: result, answer)
            } then: { [self] in
                attempts.remove(task)
            }
        }
    }

    /// Makes a call until it is answered, or refused for good.
    private func insist(
        _ ask: @escaping (CoreServer, @escaping CoreServer.Answer) -> Void, then: @escaping () -> Void = {}
    ) {
        world.call(from: self, ask) { [self] result in
            guard case .failure(.unavailable) = result else { return then() }
            after(world.events.draw(50...500)) { [self] in insist(ask, then: then) }
        }
    }
}
