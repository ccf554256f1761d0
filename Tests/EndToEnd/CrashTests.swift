import Aether
import Foundation
import Testing

/// Scenarios 1 and 3: real processes are killed at random moments, and nothing acknowledged is lost or done again.
@Suite("Crashes", .serialized, .timeLimit(.minutes(5)))
struct CrashTests {
    private static let rounds = 20
    private static let runsPerRound = 4
    private static let steps = 5

    @Test("kill -9 of the server at 20 random moments: every run completes, and no step runs twice")
    func serverCrashes() async throws {
        let bed = try TestBed()
        // A slow machine must not be taken for a worker that is gone.
        let patience = ["--worker-grace-ms", "60000"]
        var server = try await bed.startServer(flags: patience)
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let workflows = Workflows(server)
        for round in 1...Self.rounds {
            let handles = try await start(round, workflows, bed)
            await output.wait(for: "ran", count: Int.random(in: 1..<Self.runsPerRound * Self.steps))
            await server.process.kill()
            server = try await bed.startServer(port: server.port, flags: patience)
            for handle in handles {
                #expect(try await handle.result() == Self.steps)
                let lines = try bed.lines(of: handle.id)
                #expect(lines == Self.undisturbed, "the worker lived on, so every step ran once: round \(round)")
                try await expectGapless(handle.id, bed, server)
            }
        }
    }

    @Test("kill -9 of the worker at 20 random moments: another finishes, and no acknowledged step runs again")
    func workerCrashes() async throws {
        let bed = try TestBed()
        let server = try await bed.startServer(flags: ["--worker-grace-ms", "100"])
        let workflows = Workflows(server)
        var worker = try bed.startWorker(server, id: "w0")
        for round in 1...Self.rounds {
            var output = LineReader(worker)
            let handles = try await start(round, workflows, bed)
            await output.wait(for: "ran", count: Int.random(in: 1..<Self.runsPerRound * Self.steps))
            await worker.kill()
            worker = try bed.startWorker(server, id: "w\(round)")
            for handle in handles {
                #expect(try await handle.result() == Self.steps)
                expectNothingAcknowledgedRanAgain(try bed.lines(of: handle.id), round)
                try await expectGapless(handle.id, bed, server)
            }
        }
    }

    @Test("kill -9 of the server at tier snapshot: every run goes on from what was written, and completes")
    func snapshotServerCrashes() async throws {
        let bed = try TestBed()
        let flags = ["--worker-grace-ms", "60000", "--persistence", "snapshot"]
        var server = try await bed.startServer(flags: flags)
        let worker = try bed.startWorker(server, id: "w1")
        var output = LineReader(worker)
        let workflows = Workflows(server)
        for round in 1...Self.rounds / 2 {
            let handles = try await start(round, workflows, bed)
            await output.wait(for: "ran", count: Int.random(in: 1..<Self.runsPerRound * Self.steps))
            await server.process.kill()
            server = try await bed.startServer(port: server.port, flags: flags)
            for handle in handles {
                #expect(try await handle.result() == Self.steps)
                expectOnlyStepsBack(try bed.lines(of: handle.id), round)
                try await expectGapless(handle.id, bed, server)
            }
        }
    }

    private static var undisturbed: [String] { (1...steps).flatMap { ["run \($0)", "ack \($0)"] } }

    private func start(
        _ round: Int, _ workflows: Workflows, _ bed: TestBed
    ) async throws -> [WorkflowHandle<Int>] {
        var handles: [WorkflowHandle<Int>] = []
        for number in 1...Self.runsPerRound {
            let id = "round-\(round)-run-\(number)"
            handles.append(
                try await workflows.lines.start(LinesInput(path: bed.path(id), steps: Self.steps), id: id))
        }
        return handles
    }

    /// The steps ran in order up to the last; a crash takes some of them back, and leaves none out.
    private func expectOnlyStepsBack(_ lines: [String], _ round: Int) {
        let runs = lines.compactMap { $0.hasPrefix("run ") ? Int($0.dropFirst(4)) : nil }
        #expect(zip([0] + runs, runs).allSatisfy { $1 <= $0 + 1 }, "a step was left out: round \(round), \(lines)")
        #expect(runs.last == Self.steps, "round \(round), \(lines)")
    }

    /// Each step ran at least once and in order; once its acknowledgement was seen, or its successor had run, never again.
    private func expectNothingAcknowledgedRanAgain(_ lines: [String], _ round: Int) {
        let runs = lines.filter { $0.hasPrefix("run") }
        let repeated = zip(runs, runs.dropFirst()).filter { $0 == $1 }
        #expect(repeated.count <= 1, "one crash can interrupt one step of a run: round \(round), \(lines)")
        var distinct: [String] = []
        for run in runs where run != distinct.last { distinct.append(run) }
        #expect(distinct == (1...Self.steps).map { "run \($0)" }, "round \(round), \(lines)")
        for (index, line) in lines.enumerated() where line.hasPrefix("ack") {
            let step = "run" + line.dropFirst(3)
            #expect(!lines[index...].contains(step), "an acknowledged step ran again: round \(round), \(lines)")
        }
    }

    private func expectGapless(_ id: String, _ bed: TestBed, _ server: RunningServer) async throws {
        let history = try await bed.history(id, server)
        #expect(history.map(\.sequence) == Array(1...history.count))
        #expect(history.first?.kind == "STARTED")
        #expect(history.last?.kind == "CLOSED")
        let outcomes = history.filter { $0.kind == "STEP_COMPLETED" }.compactMap(\.key)
        #expect(outcomes == (1...Self.steps).map { "step:line-\($0)#1" })
    }
}
