import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Thousands of concurrent workflows over the product's server and SDK, on one thread and on a time that is skipped, with
/// everything that can go wrong; the same for a seed every time.
struct Simulation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulation", abstract: "Simulates Aether under faults, one world a seed.")

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds, one after the other.")
    var seeds: UInt64 = 1

    @Option(help: "How many workflows are started in each world.")
    var workflows = 10

    @Option(help: "How many servers share the database.")
    var servers = 1

    @Option(help: "How long faults go on, in simulated seconds.")
    var faultSeconds: Int64 = 20

    @Flag(help: "The core alone, without actors, SDK and wire: many more seeds in the same time.")
    var core = false

    @Flag(help: "Nothing goes wrong.")
    var withoutFaults = false

    @Flag(help: "Tell what happens.")
    var trace = false

    func validate() throws {
        guard workflows >= 1, seeds >= 1, servers >= 1, faultSeconds >= 1 else {
            throw ValidationError("--workflows, --seeds, --servers and --fault-seconds are at least 1")
        }
    }

    func run() throws {
        Self.beginAgainUnlessHashesAreFixed()
        if core { return try runCore() }
        Scheduler.takeOverGlobalExecutor()
        var fingerprint: UInt64 = 0
        var (jobs, acknowledged, entries) = (0, 0, 0)
        for seed in seed..<seed + seeds {
            let world = simulate(seed)
            fingerprint = (fingerprint ^ world.fingerprint) &* 0x0000_0100_0000_01b3
            jobs += world.scheduler.count
            acknowledged += world.history.acknowledged
            entries += world.history.runs.values.reduce(0) { $0 + $1.entries.count }
            if let violation = world.violation {
                print("seed \(seed): \(violation)")
                print("repeat: \(command(seed)) --trace")
                throw ExitCode.failure
            }
        }
        print(
            "simulation: \(seeds) seeds of \(workflows) workflows passed; \(entries) entries, \(acknowledged) acknowledged "
                + "while faults went on, \(jobs) jobs; trace \(String(fingerprint, radix: 16))")
    }

    private func simulate(_ seed: UInt64) -> World {
        let world = World(
            World.Settings(
                seed: seed, workflows: workflows, servers: servers, faultTime: faultSeconds * 1_000,
                hasFaults: !withoutFaults,
                isVerbose: trace))
        Scheduler.current = world.scheduler
        // Awaited by the loop.
        Task { await world.run() }
        world.scheduler.run { world.hasEnded }
        if !world.hasEnded { world.fail("nothing happens any more, and the world has not ended") }
        return world
    }

    private func runCore() throws {
        var (happened, acknowledged, entries) = (0, 0, 0)
        for seed in seed..<seed + seeds {
            let world = CoreWorld(seed: seed, workflows: workflows, hasFaults: !withoutFaults, isVerbose: trace)
            world.run()
            happened += world.events.count
            acknowledged += world.history.acknowledged
            entries += world.history.runs.values.reduce(0) { $0 + $1.entries.count }
            if let violation = world.violation {
                print("seed \(seed): \(violation)")
                print(
                    "repeat: swift run simulation --core --seed \(seed) --workflows \(workflows)\(withoutFaults ? " --without-faults" : "") --trace"
                )
                throw ExitCode.failure
            }
        }
        print(
            "simulation of the core: \(seeds) seeds of \(workflows) workflows passed; \(entries) entries, \(acknowledged) "
                + "acknowledged while faults went on, \(happened) events")
    }

    private func command(_ seed: UInt64) -> String {
        let faults = withoutFaults ? " --without-faults" : ""
        let shared = servers > 1 ? " --servers \(servers)" : ""
        return
            "swift run simulation --seed \(seed) --workflows \(workflows) --fault-seconds \(faultSeconds)\(shared)\(faults)"
    }

    /// The order of sets and dictionaries differs from process to process unless the process is begun so.
    private static func beginAgainUnlessHashesAreFixed() {
        guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        fatalError("the process can't begin again: \(String(cString: strerror(errno)))")
    }
}

Simulation.main()
