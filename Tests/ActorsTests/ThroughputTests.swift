import AetherActors
import AetherRuntime
import AetherStorage
import Testing

@Suite("Many runs at once", .timeLimit(.minutes(5)))
struct ThroughputTests {
    @Test("all complete, each step recorded once, in a whole journal")
    func tenThousand() async throws {
        let (runs, steps) = (10_000, 3)
        try await EngineRig.run { rig in
            let workers = [
                try await rig.worker("1", reads: false), try await rig.worker("2", maximumTasks: 300, reads: false),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers {
                    group.addTask { await Self.work(worker, steps: steps) }
                }
                for part in 0..<10 {
                    group.addTask {
                        for number in 0..<runs / 10 { try await rig.start("\(part)-\(number)") }
                    }
                }
                try await eventually {
                    let counts = try await rig.store.counts()
                    return counts[.completed] == runs
                }
                for worker in workers { await worker.disconnect() }
                try await group.waitForAll()
            }
            for summary in try await rig.engine.list(WorkflowFilter(), after: nil, limit: runs) {
                let entries = try await rig.store.entries(summary.id)
                #expect(entries.count == steps + 3, "\(summary.id)")
            }
        }
    }

    /// Takes tasks and reports their steps, all that are there in one call.
    private static func work(_ worker: TestWorker, steps: Int) async {
        while let messages = await worker.feed?.next() {
            var tasks = messages.compactMap { if case .assign(let task) = $0 { task.taskID.description } else { nil } }
            for step in 1...steps + 1 where !tasks.isEmpty {
                let record = step > steps ? WorkerRecord.close(.completed([0x31])) : .step("\(step)")
                let reports = tasks.map {
                    RunReport(
                        task: $0, firstRecord: UInt64(step), records: [record], currentStep: nil, givesBack: false)
                }
                guard let answers = try? await worker.engine.advance(reports) else { return }
                tasks = zip(tasks, answers).compactMap { $1.sequences == nil ? nil : $0 }
            }
        }
    }
}
