import AetherRuntime

/// Calls of workers and their answers, for `Wire`.
enum WireSeeds {
    static func all() -> [[UInt8]] {
        var values = Generated(seed: 1)
        return records(&values).map { encoded([$0]) } + [encoded(records(&values))] + reports + answers
    }

    private static func encoded(_ records: [WorkerRecord]) -> [UInt8] {
        let report = RunReport(task: "w:1:run", firstRecord: 1, records: records, currentStep: "step")
        return AdvanceRequest(workerID: "worker", reports: [report]).encoded()
    }

    private static func records(_ values: inout Generated) -> [WorkerRecord] {
        [
            .setValue(key: values.key(), name: values.text(), value: values.bytes()),
            .stepCompleted(key: values.key(), result: values.bytes()),
            .stepResolved(
                key: values.key(), result: values.bytes(), EarlyResolution(behind: 2, time: values.time())),
            .stepFailed(key: values.key(), failure: values.failure()),
            .stepAttemptFailed(
                key: values.key(), attempt: values.attempt(), failure: values.failure(), delayMilliseconds: .max),
            .startTimer(key: values.key(), .after(milliseconds: 5)), .startTimer(key: values.key(), .at(values.time())),
            .startChild(key: values.key(), values.child()), .scheduleActivity(key: values.key(), values.activity()),
            .awaitSignal(key: values.key(), name: "go", timeoutMilliseconds: 9),
            .awaitSignal(key: values.key(), name: "stay", timeoutMilliseconds: nil),
            .setVersion(key: values.key(), change: values.text(), version: 2), .cancelOperation(key: values.key()),
            .continueAsNew(input: values.bytes()), .close(.failed(values.failure())),
        ]
    }

    private static var reports: [[UInt8]] {
        let blockage = Blockage(sequence: 3, expected: "step:a#1", found: ["step:b#1"])
        return [
            RunReport(task: "i:7:w:1:run", firstRecord: 0, records: [], givesBack: true, waitingAt: 3),
            RunReport(task: "a:2:8:step:a#1:run", firstRecord: 1, records: [], blockage: blockage),
        ].map { AdvanceRequest(workerID: "", reports: [$0, $0]).encoded() }
    }

    private static var answers: [[UInt8]] {
        let places = (1...3).map { RecordPlace(sequence: $0, time: Timestamp(rawValue: Int64($0) * 300)) }
        let acknowledgements: [RunAcknowledgement] = [
            .applied(places), .applied([]), .stale("stale"), .closed("closed"), .gap("gap"), .refused("refused"),
        ]
        return [AdvanceResponse(answers: acknowledgements.map { .init(task: "w:1:run", $0) }).encoded()]
    }
}
