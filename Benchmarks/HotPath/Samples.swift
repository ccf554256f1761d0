import AetherRuntime

/// What the benchmarks work on: steps of 110 bytes.
enum Samples {
    static let now = Timestamp(rawValue: 1_700_000_000_000)
    static let result = [UInt8](repeating: 0x20, count: 110)
    static let start = WorkflowStart(type: "order", input: result, tier: .stateActionLog, seed: 1)

    static func id(_ number: Int) -> WorkflowID {
        let digits = String(number)
        let padding = String(repeating: "0", count: 12 - digits.utf8.count)
        return WorkflowID(rawValue: "018f2b1c-0000-7000-8000-" + padding + digits)
    }

    static func key(_ step: Int) -> OperationKey {
        OperationKey(scope: "", kind: "step", name: "charge", occurrence: step)
    }

    static func entry(sequence: Int) -> JournalEntry {
        JournalEntry(
            sequence: UInt64(sequence), time: now, record: 1, event: .stepCompleted(key: key(sequence), result: result))
    }

    static func request(runs: Int) -> AdvanceRequest {
        let record = WorkerRecord.stepCompleted(key: key(11), result: result)
        let reports = (0..<runs).map { number in
            RunReport(task: TaskID(workflow: id(number), epoch: 1).description, firstRecord: 11, records: [record])
        }
        return AdvanceRequest(workerID: "worker-1", reports: reports)
    }
}
