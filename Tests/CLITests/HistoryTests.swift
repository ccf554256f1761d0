import AetherJSON
import AetherProtocol
import AetherRuntime
import Foundation
import Testing

@testable import AetherCLI

/// What a history shows of every kind of entry. Field names of `--json` are a promise.
@Suite("A history")
struct HistoryTests {
    /// An event, with its row from the fourth column on, and the members of its JSON document that are its own.
    struct Sample: Sendable {
        var event: JournalEvent
        var what: String
        var details: String
        var json: String
    }

    private static let day: Int64 = 1_770_091_506_000
    private static func after(_ milliseconds: Int64) -> Timestamp { Timestamp(rawValue: day + milliseconds) }
    private static let step = OperationKey(scope: "", kind: "step", name: "a/b", occurrence: 1)
    private static let sleep = OperationKey(scope: "", kind: "sleep", name: "", occurrence: 1)
    private static let child = OperationKey(scope: "", kind: "child", name: "ship", occurrence: 1)
    private static let charge = OperationKey(scope: "", kind: "activity", name: "charge", occurrence: 1)
    private static let signal = OperationKey(scope: "", kind: "signal", name: "ok", occurrence: 1)
    private static let value = OperationKey(scope: "", kind: "value", name: "progress", occurrence: 1)
    private static let failure = Failure(message: "no stock", type: "Stock", step: "a/b")
    private static let failureJSON =
        #""failure":{"message":"no stock","type":"Stock","step":"a/b","nonRetryable":false}"#
    private static let parent = ParentLink(
        workflow: WorkflowID(rawValue: "p"), seed: 7, key: child, closePolicy: .abandon)
    private static let spec = ActivitySpec(
        name: "charge", service: "pay", input: [0x35],
        retry: RetryPolicy(attempts: 5, nonRetryableTypes: ["Declined"]), startToCloseMilliseconds: 10_000)

    static let samples = [
        Sample(
            event: .started(
                WorkflowStart(type: "order", input: [0x31], tier: .snapshot, seed: 18_446_744_073_709_551_615)),
            what: "workflow started", details: "order ← 1",
            json: #""type":"order","tier":"snapshot","seed":"18446744073709551615","input":1"#),
        Sample(
            event: .started(WorkflowStart(type: "ship", input: [], tier: .memory, seed: 1, parent: parent)),
            what: "workflow started", details: "ship ← null, child of p",
            json: #""type":"ship","tier":"memory","seed":"1","input":null,"parent":"p","parentKey":"child:ship#1","#
                + #""closePolicy":"ABANDON""#),
        Sample(
            event: .started(
                WorkflowStart(
                    type: "loop", input: [0x31], tier: .snapshot, seed: 1,
                    continuation: WorkflowStart.Continuation(count: 2, epoch: 5, firstInput: [0x30]))),
            what: "workflow started", details: "loop ← 1, run 3 of its id",
            json:
                #""type":"loop","tier":"snapshot","seed":"1","input":1,"continuedCount":2,"attempts":5,"firstInput":0"#),
        Sample(
            event: .assigned(worker: WorkerIdentity(id: "w", isPlain: true), epoch: 2),
            what: "assigned to worker", details: "w (attempt 2)",
            json: #""worker":"w","attempt":2,"plainWorker":true"#),
        Sample(
            event: .released(epoch: 2, reason: .workerGone), what: "worker lost it",
            details: "attempt 2: the worker is gone", json: #""attempt":2,"reason":"WORKER_GONE""#),
        Sample(
            event: .blocked(epoch: 2, Blockage(sequence: 7, expected: "step:a#1", found: ["step:b#1", "sleep:#1"])),
            what: "blocked",
            details: "attempt 2: at entry 7 the journal has step:a#1, the code called step:b#1, sleep:#1",
            json: #""attempt":2,"blockage":{"sequence":7,"expected":"step:a#1","found":["step:b#1","sleep:#1"]}"#),
        Sample(
            event: .versionSet(
                key: OperationKey(scope: "", kind: "version", name: "fraud", occurrence: 1), change: "fraud", version: 2
            ),
            what: "version set", details: "fraud, version 2",
            json: #""key":"version:fraud#1","name":"fraud","change":"fraud","version":2"#),
        Sample(
            event: .stepCompleted(key: step, result: [0x37]), what: "step completed", details: "a/b → 7",
            json: #""key":"step:a%2Fb#1","name":"a/b","result":7"#),
        Sample(
            event: .stepFailed(key: step, failure: failure), what: "step failed", details: "a/b: no stock (Stock)",
            json: #""key":"step:a%2Fb#1","name":"a/b","# + failureJSON),
        Sample(
            event: .stepAttemptFailed(key: step, attempt: 2, failure: failure, retryAt: after(1500)),
            what: "step attempt failed",
            details: "a/b, attempt 2: no stock (Stock); again at 2026-02-03 04:05:07 (in 1.5 s)",
            json: #""key":"step:a%2Fb#1","name":"a/b","attempt":2,"# + failureJSON
                + #","retryAt":"2026-02-03T04:05:07.500Z""#),
        Sample(
            event: .timerStarted(key: sleep, fireAt: after(300_000)), what: "sleep started",
            details: "until 2026-02-03 04:10:06 (in 5 m 0 s)",
            json: #""key":"sleep:#1","name":"","dueAt":"2026-02-03T04:10:06.000Z""#),
        Sample(
            event: .timerFired(key: sleep), what: "timer fired", details: "after 0 ms",
            json: #""key":"sleep:#1","name":"""#),
        Sample(
            event: .timerFired(key: signal), what: "signal timed out", details: "ok",
            json: #""key":"signal:ok#1","name":"ok""#),
        Sample(
            event: .childStarted(
                key: child, ChildStart(id: WorkflowID(rawValue: "c-1"), type: "ship", input: [0x32], tier: .memory)),
            what: "child started", details: "ship c-1 ← 2",
            json: #""key":"child:ship#1","name":"ship","child":"c-1","type":"ship","tier":"memory","#
                + #""closePolicy":"CANCEL","input":2"#),
        Sample(
            event: .childClosed(key: child, .completed([0x33])), what: "child completed", details: "ship c-1 → 3",
            json: #""key":"child:ship#1","name":"ship","state":"COMPLETED","result":3"#),
        Sample(
            event: .childClosed(key: child, .failed(failure)), what: "child failed",
            details: #"ship step "a/b" failed: no stock (Stock)"#,
            json: #""key":"child:ship#1","name":"ship","state":"FAILED","# + failureJSON),
        Sample(
            event: .activityScheduled(key: charge, spec), what: "activity scheduled", details: "charge ← 5",
            json: #""key":"activity:charge#1","name":"charge","activity":"charge","input":5,"options":{"#
                + #""service":"pay","retry":{"initialMilliseconds":100,"factor":2.0,"maximumMilliseconds":30000,"#
                + #""attempts":5,"jitter":0.0,"nonRetryableTypes":["Declined"]},"startToCloseMilliseconds":10000,"#
                + #""scheduleToCloseMilliseconds":0,"heartbeatMilliseconds":0,"cancellation":"TRY"}"#),
        Sample(
            event: .activityStarted(key: charge, attempt: 1, worker: "w"), what: "activity attempt started",
            details: "charge, attempt 1, on w",
            json: #""key":"activity:charge#1","name":"charge","attempt":1,"worker":"w""#),
        Sample(
            event: .activityAttemptFailed(
                key: charge, attempt: 1, failure: failure, details: [0x34], retryAt: after(200)),
            what: "activity attempt failed",
            details: "charge, attempt 1: no stock (Stock); again at 2026-02-03 04:05:06 (in 200 ms)",
            json: #""key":"activity:charge#1","name":"charge","attempt":1,"# + failureJSON
                + #","details":4,"retryAt":"2026-02-03T04:05:06.200Z""#),
        Sample(
            event: .activityCompleted(key: charge, attempt: 2, result: [0x36]), what: "activity completed",
            details: "charge, attempt 2 → 6",
            json: #""key":"activity:charge#1","name":"charge","attempt":2,"result":6"#),
        Sample(
            event: .activityFailed(key: charge, attempt: 5, failure: failure), what: "activity failed",
            details: "charge, attempt 5: no stock (Stock)",
            json: #""key":"activity:charge#1","name":"charge","attempt":5,"# + failureJSON),
        Sample(
            event: .signalReceived(Signal(id: "s-1", name: "ok", payload: [0x39])), what: "signal received",
            details: "ok ← 9", json: #""signal":"ok","signalId":"s-1","payload":9"#),
        Sample(
            event: .signalAwaited(key: signal, name: "ok", deadline: nil), what: "waiting for signal",
            details: "ok, for ever", json: #""key":"signal:ok#1","name":"ok","signal":"ok","dueAt":null"#),
        Sample(
            event: .signalAwaited(key: signal, name: "ok", deadline: after(60_000)), what: "waiting for signal",
            details: "ok, until 2026-02-03 04:06:06 (in 1 m 0 s)",
            json: #""key":"signal:ok#1","name":"ok","signal":"ok","dueAt":"2026-02-03T04:06:06.000Z""#),
        Sample(
            event: .signalConsumed(key: signal, signal: 19), what: "signal consumed",
            details: "ok (received as #19)", json: #""key":"signal:ok#1","name":"ok","signalSequence":19"#),
        Sample(
            event: .valueSet(key: value, name: "progress", value: [0x38]), what: "value set", details: "progress = 8",
            json: #""key":"value:progress#1","name":"progress","valueName":"progress","value":8"#),
        Sample(event: .cancelRequested, what: "cancel requested", details: "", json: ""),
        Sample(
            event: .operationCancelled(key: charge), what: "operation cancelled", details: "activity charge",
            json: #""key":"activity:charge#1","name":"charge""#),
        Sample(event: .terminated, what: "terminated", details: "", json: ""),
        Sample(
            event: .closed(.completed([0x31])), what: "workflow completed", details: "→ 1",
            json: #""state":"COMPLETED","result":1"#),
        Sample(
            event: .closed(.failed(failure)), what: "workflow failed",
            details: #"step "a/b" failed: no stock (Stock)"#, json: #""state":"FAILED","# + failureJSON),
        Sample(event: .closed(.cancelled), what: "workflow cancelled", details: "", json: #""state":"CANCELLED""#),
    ]

    private func entry(_ event: JournalEvent, _ sequence: Int) -> Aether_V1_JournalEntry {
        Aether_V1_JournalEntry(
            JournalEntry(sequence: UInt64(sequence), time: Timestamp(rawValue: Self.day), event: event))
    }

    @Test("shows every kind of entry")
    func kinds() {
        #expect(Set(Self.samples.map(\.event.kind)) == Set(EntryKind.allCases))
    }

    @Test("says in words what happened, and to what")
    func rows() throws {
        var rows = HistoryRows(in: try #require(TimeZone(secondsFromGMT: 0)))
        for (index, sample) in Self.samples.enumerated() {
            let row = rows.row(of: entry(sample.event, index + 1)).map(\.text)
            #expect(row == ["\(index + 1)", "04:05:06.000", index == 0 ? "" : "+0 ms", sample.what, sample.details])
        }
    }

    @Test("has everything there is to an entry in its document, and only that", arguments: samples)
    func documents(sample: Sample) {
        let kind = entry(sample.event, 1).kind.name
        let start = #"{"sequence":1,"kind":"\#(kind)","time":"2026-02-03T04:05:06.000Z""#
        #expect(entry(sample.event, 1).json.text == start + (sample.json.isEmpty ? "" : "," + sample.json) + "}")
    }

    @Test("is readable where the entry that something began with is missing")
    func withoutBeginning() throws {
        var rows = HistoryRows(in: try #require(TimeZone(secondsFromGMT: 0)))
        let closed = rows.row(of: entry(.childClosed(key: Self.child, .cancelled), 8)).map(\.text)
        #expect(closed.suffix(2) == ["child cancelled", "ship"])
        #expect(rows.row(of: entry(.timerFired(key: Self.sleep), 9)).map(\.text).last == "")
    }
}
