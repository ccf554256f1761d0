import AetherRuntime
import Benchmark

/// `WorkflowExecution` decides on the report of one step, ten times for each of 10,000 runs that have ten.
func benchmarkDecisions() {
    Benchmark("decide-100k-steps") { benchmark in
        let records = (11...20).map { WorkerRecord.stepCompleted(key: Samples.key($0), result: Samples.result) }
        var runs = try (0..<10_000).map { try run(Samples.id($0), steps: 10) }
        benchmark.startMeasurement()
        for (number, record) in zip(11..., records) {
            for index in runs.indices {
                blackHole(
                    try runs[index].handle(
                        .advance(epoch: 1, firstRecord: UInt64(number), records: [record]), at: Samples.now))
            }
        }
        benchmark.stopMeasurement()
    }
}

/// A run that a worker holds, with so many steps done.
private func run(_ id: WorkflowID, steps: Int) throws -> WorkflowExecution {
    var run = WorkflowExecution.create(id: id, start: Samples.start, at: Samples.now).execution
    _ = try run.handle(.assign(WorkerIdentity(id: "worker-1", isPlain: false)), at: Samples.now)
    let records = (1...steps).map { WorkerRecord.stepCompleted(key: Samples.key($0), result: Samples.result) }
    _ = try run.handle(.advance(epoch: 1, firstRecord: 1, records: records), at: Samples.now)
    return run
}
