import Testing

@testable import AetherRuntime

/// Servers with a scheduler each, that lend one another the places of their workers as the servers' links do.
private struct Servers {
    struct Server {
        var scheduler = TaskScheduler()
        /// What each of its workers has, of whatever server.
        var held: [String: Int] = [:]
        /// How many places each of the others stands in line for.
        var standing: [String: [TaskScheduler.Wanted: Int]] = [:]
    }

    var servers: [String: Server]
    let capacities: [String: Int]
    /// The tasks that were given to a worker, with the server that they are of.
    var given: [(task: String, server: String, worker: String)] = []
    private var next: UInt64 = 1

    /// Each worker is connected to one server, and known to all.
    init(_ names: [String], workers: [(name: String, server: String, capacity: Int, isPlain: Bool)]) {
        servers = Dictionary(uniqueKeysWithValues: names.map { ($0, Server()) })
        capacities = Dictionary(uniqueKeysWithValues: workers.map { ($0.name, $0.capacity) })
        for worker in workers {
            for name in names {
                let isBorrowed = name != worker.server
                _ = servers[name]?.scheduler.connect(
                    Self.id(worker.name), worker: WorkerIdentity(id: worker.name, isPlain: worker.isPlain),
                    offers: [.workflow("t")], capacity: isBorrowed ? 0 : worker.capacity, held: 0,
                    isBorrowed: isBorrowed)
            }
            home[worker.name] = worker.server
        }
    }

    var home: [String: String] = [:]

    private static func id(_ worker: String) -> UInt64 { UInt64(worker.utf8.reduce(0) { $0 * 31 + Int($1) }) }

    mutating func enqueue(_ task: String, at server: String, needsReplay: Bool = false) {
        let request = TaskScheduler.Request(
            TaskSubject(workflow: WorkflowID(rawValue: task)), .workflow("t"), needsReplay: needsReplay)
        if let assignment = servers[server]?.scheduler.enqueue(request) { perform([assignment], at: server) }
        settle()
    }

    /// A worker is done with one of a server's tasks.
    mutating func finish(_ index: Int) {
        let (_, server, worker) = given.remove(at: index)
        servers[home[worker] ?? ""]?.held[worker, default: 0] -= 1
        perform(servers[server]?.scheduler.release(Self.id(worker), count: 1) ?? [], at: server)
        settle()
    }

    private mutating func perform(_ assignments: [TaskScheduler.Assignment], at server: String) {
        for assignment in assignments {
            let worker = assignment.worker.id
            if let borrower = assignment.request.borrower {
                let kind = TaskScheduler.Wanted(
                    assignment.request.resource, needsReplay: assignment.request.needsReplay,
                    generationBefore: assignment.request.generationBefore, count: 0)
                servers[server]?.standing[borrower, default: [:]][kind, default: 0] -= 1
                perform(servers[borrower]?.scheduler.lend(Self.id(worker), count: 1) ?? [], at: borrower)
            } else {
                given.append((assignment.request.subject.workflow.rawValue, server, worker))
                servers[home[worker] ?? ""]?.held[worker, default: 0] += 1
            }
        }
    }

    /// Servers tell one another until nobody has anything to tell.
    private mutating func settle() {
        var isSettled = false
        while !isSettled {
            isSettled = true
            for name in servers.keys.sorted() {
                guard let changes = servers[name]?.scheduler.takeLoanChanges() else { continue }
                isSettled = false
                for (session, count) in changes.returned {
                    guard let worker = home.keys.first(where: { Self.id($0) == session }), let lender = home[worker]
                    else { continue }
                    if count > 0 {
                        perform(servers[lender]?.scheduler.release(Self.id(worker), count: count) ?? [], at: lender)
                    } else {
                        servers[lender]?.scheduler.occupy(Self.id(worker), count: -count)
                    }
                }
                let wanted = changes.waiting.flatMap { servers[name]?.scheduler.wanted($0) ?? [] }
                for lender in servers.keys.sorted() where lender != name {
                    for one in wanted { stand(one, for: name, at: lender) }
                }
            }
        }
    }

    private mutating func stand(_ wanted: TaskScheduler.Wanted, for borrower: String, at lender: String) {
        var kind = wanted
        kind.count = 0
        let missing = max(0, wanted.count - (servers[lender]?.standing[borrower]?[kind] ?? 0))
        servers[lender]?.standing[borrower, default: [:]][kind, default: 0] += missing
        for _ in 0..<missing {
            if let assignment = servers[lender]?.scheduler.enqueue(wanted.request(of: borrower)) {
                perform([assignment], at: lender)
            }
        }
    }
}

@Suite("Places at workers of other servers")
struct LoanTests {
    @Test(
        "a task goes to a worker of another server, which has no more tasks than it takes, and gets the next when one is done"
    )
    func lent() {
        var servers = Servers(["a", "b"], workers: [("w", "a", 2, false)])
        for number in 1...4 { servers.enqueue("b\(number)", at: "b") }
        #expect(servers.given.map(\.task) == ["b1", "b2"])
        servers.enqueue("a1", at: "a")
        #expect(servers.given.count == 2)
        servers.finish(0)
        servers.finish(0)
        // In the order in which they began to wait, whosever they are.
        #expect(Set(servers.given.map(\.task)) == ["b3", "b4"])
        servers.finish(0)
        #expect(servers.given.contains { $0.task == "a1" })
        while !servers.given.isEmpty { servers.finish(0) }
        servers.enqueue("a2", at: "a")
        servers.enqueue("a3", at: "a")
        servers.enqueue("a4", at: "a")
        #expect(servers.given.map(\.task) == ["a2", "a3"])
    }

    @Test("a place that a task can't use is not asked for again and again")
    func plain() {
        var servers = Servers(["a", "b", "c"], workers: [("w", "a", 2, true)])
        servers.enqueue("replays", at: "b", needsReplay: true)
        #expect(servers.given.isEmpty)
        servers.enqueue("fresh", at: "c")
        #expect(servers.given.map(\.task) == ["fresh"])
    }

    @Test("at any moment no worker has more than it takes, and nothing waits while a worker is free", arguments: 1...50)
    func always(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let names = ["a", "b", "c"]
        let workers = (0..<Int.random(in: 1...5, using: &generator)).map { number in
            (
                name: "w\(number)", server: names.randomElement(using: &generator) ?? "a",
                capacity: Int.random(in: 1...4, using: &generator), isPlain: false
            )
        }
        var servers = Servers(names, workers: workers)
        var waiting = 0
        for number in 0..<200 {
            if Bool.random(using: &generator) || servers.given.isEmpty {
                servers.enqueue("t\(number)", at: names.randomElement(using: &generator) ?? "a")
                waiting += 1
            } else {
                servers.finish(Int.random(in: 0..<servers.given.count, using: &generator))
                waiting -= 1
            }
            for worker in workers {
                let held = servers.given.count { $0.worker == worker.name }
                #expect(held <= worker.capacity)
            }
            let capacity = workers.reduce(0) { $0 + $1.capacity }
            #expect(servers.given.count == min(waiting, capacity), "after \(number) turns")
        }
        #expect(Set(servers.given.map(\.task)).count == servers.given.count)
    }
}
