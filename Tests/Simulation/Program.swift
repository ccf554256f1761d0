import Aether
import AetherRuntime
import FoundationEssentials

/// What a run does: made of a seed, so that every worker and every replay makes the same of it.
struct Program: Codable, Sendable {
    var seed: UInt64
    /// How many operations.
    var size: Int
    /// How deep children may go.
    var depth: Int
    /// How often it may continue as new.
    var renewals: Int
    /// Whether a client sends it signals; a child waits for none without a limit.
    var hasClient: Bool
}

/// What workflows can do, drawn at random: each run is a sequence of operations, some of which have branches.
struct ProgramRunner: Sendable {
    let world: World
    let client: AetherClient

    /// The types under which programs are served, each with the tier it asks for.
    let types: [(name: String, persistence: Persistence?)]
    static let retry = RetryPolicy.exponential(initial: .milliseconds(50), maximum: .seconds(1), attempts: 4)

    init(world: World, client: AetherClient) {
        self.world = world
        self.client = client
        types = Self.types(isShared: world.isShared)
    }

    /// What is in memory only ends with its server, or when another one has its shard: several servers have none of it.
    static func types(isShared: Bool) -> [(name: String, persistence: Persistence?)] {
        [("program", nil)] + (isShared ? [] : [("in-memory", .memory)]) + [("with-snapshots", .snapshot)]
    }

    var servables: [any Servable] {
        types.map { workflow($0.name, $0.persistence) as any Servable } + [activity]
    }

    func workflow(_ name: String, _ persistence: Persistence? = nil) -> Workflow<Program, String> {
        client.workflow(name, persistence: persistence) { context, program in
            try await run(program, context)
        }
    }

    var activity: Activity<Int, Int> {
        client.activity(
            "work", retry: Self.retry, timeout: .seconds(4), heartbeatTimeout: .seconds(2)
        ) { context, number in
            for _ in 0..<world.draw(0...3) {
                try await world.pause(0...900)
                try await context.heartbeat(progress: 0.5)
            }
            if world.draw(0...9) == 0 { throw Trouble(what: "the activity fails") }
            return number * 2
        }
    }

    struct Trouble: Error, CustomStringConvertible {
        var what: String
        var description: String { what }
    }

    private func run(_ program: Program, _ context: WorkflowContext) async throws -> String {
        var random = SplitMix64(seed: program.seed)
        var told: [String] = []
        if Int.random(in: 0..<4, using: &random) == 0 {
            context.compensate { try await step("undo", context) }
        }
        for number in 0..<program.size {
            let (kind, seed) = (Int.random(in: 0..<14, using: &random), random.next())
            told.append(try await operation(kind, "\(number)", seed, program, context))
        }
        told.append("\(context.now.timeIntervalSince1970) \(context.random(in: 0..<100))")
        if program.renewals > 0, Int.random(in: 0..<3, using: &random) == 0 {
            var next = program
            (next.seed, next.renewals) = (random.next(), program.renewals - 1)
            try context.continueAsNew(next)
        }
        if Int.random(in: 0..<10, using: &random) == 0 { throw Trouble(what: "the program fails") }
        return told.joined(separator: ",")
    }

    private func operation(
        _ kind: Int, _ name: String, _ seed: UInt64, _ program: Program, _ context: WorkflowContext
    ) async throws -> String {
        var random = SplitMix64(seed: seed)
        switch kind {
        case 0..<4:
            return "\(try await step(name, context))"
        case 4:
            try await context.sleep(.milliseconds(Int.random(in: 0...2_000, using: &random)))
            return "slept"
        case 5:
            try await context.sleep(.seconds(Int.random(in: 5...20, using: &random)))
            return "slept long"
        case 6, 7:
            return await told { "\(try await context.activity(activity, 21))" }
        case 8 where program.depth > 0:
            let child = Program(
                seed: seed, size: 1 + Int(seed % 4), depth: program.depth - 1, renewals: 0, hasClient: false)
            let type = types[Int(seed % UInt64(types.count))]
            let policy: Aether.ParentClosePolicy = seed % 5 == 0 ? .abandon : .cancel
            return await told { try await context.child(workflow(type.name), child, policy: policy) }
        case 9:
            let timeout: Duration? = program.hasClient && seed % 2 == 0 ? nil : .seconds(3)
            return await told { try await context.signal("go", as: String.self, timeout: timeout) }
        case 10:
            let kinds = (0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0..<10, using: &random) }
            var inner = program
            inner.depth = 0
            let leaf = inner
            return await told {
                try await context.parallel(over: Array(kinds.enumerated()).map { ($0.offset, $0.element) }) {
                    try await operation($0.1, "p\($0.0)", seed &+ UInt64($0.0), leaf, context)
                }.joined(separator: "+")
            }
        case 11:
            return await told {
                try await context.race(
                    {
                        try await context.sleep(.milliseconds(Int(seed % 400)))
                        return "late"
                    },
                    { "\(try await step("raced", context))" })
            }
        case 12:
            try await context.set("progress", name)
            return "set"
        default:
            return "v\(try await context.version("change-\(name)", 1...2))"
        }
    }

    /// What becomes of an operation that may fail; a cancelled run lets nothing be caught.
    private func told(_ body: () async throws -> String) async -> String {
        do { return try await body() } catch { return "\(type(of: error))" }
    }

    @discardableResult
    private func step(_ name: String, _ context: WorkflowContext) async throws -> Int {
        let (id, epoch) = (WorkflowID(rawValue: context.info.id), UInt64(context.info.attempt))
        return try await context.step(name, retry: Self.retry) {
            guard let key = StepContext.current?.idempotencyKey else { throw Trouble(what: "no step") }
            world.history.stepBegins(
                OperationKey(rawValue: String(key.dropFirst(id.rawValue.utf8.count + 1))), of: id, epoch: epoch)
            try await world.pause(0...60)
            if world.draw(0...14) == 0 { throw Trouble(what: "the step fails") }
            return world.history.stepReturns()
        }
    }
}
