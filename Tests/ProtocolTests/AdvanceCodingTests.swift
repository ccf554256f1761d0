import AetherProtocol
import AetherRuntime
import SwiftProtobuf
import Testing

@Suite("A message of Advance")
struct AdvanceCodingTests {
    private static let key = OperationKey(rawValue: "parallel:#1/0/step:é#1")
    private static let failure = Failure(message: "no money ☹", type: "CardError", step: "a", isNonRetryable: true)
    private static let spec = ActivitySpec(
        name: "charge", service: "billing", input: [1, 2],
        retry: RetryPolicy(
            initialMilliseconds: 10, factor: 1.5, maximumMilliseconds: 99, attempts: 3, jitter: 0.25,
            nonRetryableTypes: ["A", ""]),
        startToCloseMilliseconds: 1, scheduleToCloseMilliseconds: 2, heartbeatMilliseconds: 3, cancellation: .abandon)

    static let records: [WorkerRecord] = [
        .stepCompleted(key: key, result: [0x7b, 0x7d]),
        .stepCompleted(key: key, result: []),
        .stepResolved(key: key, result: [1], EarlyResolution(behind: 2, time: Timestamp(rawValue: 1_700_000_000_000))),
        .stepResolved(key: key, result: [], EarlyResolution(behind: .max, time: Timestamp(rawValue: 0))),
        .stepCompleted(key: key, result: [UInt8](repeating: 7, count: 70_000)),
        .stepFailed(key: key, failure: failure),
        .stepAttemptFailed(key: key, attempt: 3, failure: failure, delayMilliseconds: 0),
        .stepAttemptFailed(key: key, attempt: .max, failure: Failure(message: ""), delayMilliseconds: .max),
        .startTimer(key: key, .after(milliseconds: 0)),
        .startTimer(key: key, .after(milliseconds: -5)),
        .startTimer(key: key, .at(Timestamp(rawValue: 1_700_000_000_000))),
        .startTimer(key: key, .at(Timestamp(rawValue: -1))),
        .startChild(key: key, ChildStart(id: WorkflowID(rawValue: "c"), type: "t", input: [1])),
        .startChild(
            key: key,
            ChildStart(id: WorkflowID(rawValue: "c"), type: "t", input: [], tier: .memory, closePolicy: .abandon)),
        .scheduleActivity(key: key, spec),
        .awaitSignal(key: key, name: "go", timeoutMilliseconds: nil),
        .awaitSignal(key: key, name: "", timeoutMilliseconds: 0),
        .setValue(key: key, name: "n", value: [1]),
        .setVersion(key: key, change: "c", version: 2),
        .cancelOperation(key: key),
        .continueAsNew(input: [1]),
        .close(.completed([1])),
        .close(.failed(failure)),
        .close(.cancelled),
    ]

    static let requests: [AdvanceRequest] =
        records.map {
            AdvanceRequest(workerID: "w", reports: [RunReport(task: "w:1:x", firstRecord: 1, records: [$0])])
        }
        + [
            AdvanceRequest(workerID: "", reports: []),
            AdvanceRequest(
                workerID: "wörker",
                reports: [
                    RunReport(task: "w:1:x", firstRecord: .max, records: records, currentStep: "", waitingAt: 300),
                    RunReport(task: "w:2:y", firstRecord: 0, records: [], currentStep: "s", givesBack: true),
                    RunReport(
                        task: "w:3:z", firstRecord: 1, records: [],
                        blockage: Blockage(sequence: 4, expected: "e", found: ["f", "g"])),
                ]),
        ]

    static let responses: [AdvanceResponse] = [
        AdvanceResponse(answers: []),
        AdvanceResponse(answers: [
            AdvanceResponse.Answer(task: "w:1:x", .applied([])),
            AdvanceResponse.Answer(task: "w:1:x", .applied(places(times: [5, 5, 5]))),
            AdvanceResponse.Answer(task: "w:1:x", .applied(places(times: [1_700_000_000_000, 1_700_000_000_001]))),
            AdvanceResponse.Answer(task: "w:1:x", .stale("over")),
            AdvanceResponse.Answer(task: "w:1:x", .closed("ended")),
            AdvanceResponse.Answer(task: "w:1:x", .gap("")),
            AdvanceResponse.Answer(task: "w:1:x", .refused("no")),
        ]),
    ]

    private static func places(times: [Int64]) -> [RecordPlace] {
        zip(1_000..., times).map { RecordPlace(sequence: $0, time: Timestamp(rawValue: $1)) }
    }

    @Test("has the bytes of the generated one, whichever of the two wrote it", arguments: requests)
    func request(request: AdvanceRequest) throws {
        let bytes = request.encoded()
        let generated = try Aether_V1_AdvanceRequest(serializedBytes: bytes)
        #expect(generated.unknownFields.data.isEmpty)
        #expect(try generated.serializedBytes() == bytes)
        #expect(try AdvanceRequest(encoded: bytes) == request)
    }

    @Test("that answers has the bytes of the generated one, whichever of the two wrote it", arguments: responses)
    func response(response: AdvanceResponse) throws {
        let bytes = response.encoded()
        let generated = try Aether_V1_AdvanceResponse(serializedBytes: bytes)
        #expect(try generated.serializedBytes() == bytes)
        #expect(try AdvanceResponse(encoded: bytes) == response)
    }

    @Test("is refused when a worker may not make what it holds")
    func refused() throws {
        func expectRefusal(_ record: (inout Aether_V1_Record) -> Void) throws {
            var wire = Aether_V1_Record()
            record(&wire)
            let request = Aether_V1_AdvanceRequest.with { $0.runs = [.with { $0.records = [wire] }] }
            let bytes: [UInt8] = try request.serializedBytes()
            #expect(throws: JournalCodingError.self) { try AdvanceRequest(encoded: bytes) }
        }
        try expectRefusal { $0.kind = .stepCompleted }
        try expectRefusal { ($0.kind, $0.key) = (.timerFired, "a") }
        try expectRefusal { ($0.kind, $0.key) = (.UNRECOGNIZED(99), "a") }
        try expectRefusal { ($0.kind, $0.key, $0.childID) = (.childStarted, "a", "") }
        try expectRefusal { ($0.kind, $0.state) = (.closed, .running) }
    }

    @Test("that is damaged is refused or read, whatever it is")
    func damaged() throws {
        let request = try #require(Self.requests.last).encoded()
        let response = try #require(Self.responses.last).encoded()
        var random = SplitMix64(seed: 5)
        for whole in [request, response] {
            for _ in 0..<20_000 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: .min ... .max, using: &random)
                }
                bytes.removeLast(Int.random(in: 0...8, using: &random))
                // Only a trap is a failure.
                _ = try? AdvanceRequest(encoded: bytes)
                _ = try? AdvanceResponse(encoded: bytes)
            }
        }
    }
}
