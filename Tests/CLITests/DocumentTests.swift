import AetherJSON
import AetherProtocol
import Foundation
import Testing

@testable import AetherCLI

/// Field names of `--json` are a promise.
@Suite("JSON documents")
struct DocumentTests {
    @Test("of a status have every field, null where there is nothing")
    func status() {
        var status = Aether_V1_WorkflowStatus()
        status.workflowID = "a"
        status.workflowType = "t"
        status.state = .completed
        status.tier = .stateActionLog
        status.createdAt = 1_770_091_506_789
        status.result = Data(#"{"b":1,"a":[]}"#.utf8)
        #expect(
            status.json.text
                == #"{"id":"a","type":"t","state":"COMPLETED","tier":"state-action-log","#
                + #""createdAt":"2026-02-03T04:05:06.789Z","startedAt":null,"completedAt":null,"currentStep":null,"#
                + #""worker":null,"attempts":0,"reason":null,"cancelRequested":false,"result":{"b":1,"a":[]},"#
                + #""error":null,"failure":null,"parent":null,"blockage":null,"pending":[]}"#)
    }

    @Test("of what a workflow waits for have every field too")
    func pending() {
        var operation = Aether_V1_PendingOperation()
        operation.kind = .activityScheduled
        operation.key = "activity:charge#1"
        operation.name = "charge"
        operation.attempt = 3
        operation.dueTime = 1_770_091_506_789
        operation.failure.message = "declined"
        #expect(
            operation.json.text
                == #"{"kind":"ACTIVITY","key":"activity:charge#1","name":"charge","child":null,"attempt":3,"#
                + #""dueAt":"2026-02-03T04:05:06.789Z","worker":null,"#
                + #""failure":{"message":"declined","type":null,"step":null,"nonRetryable":false}}"#)
    }

    @Test("of a failure tell the step and the type")
    func failure() {
        var result = Aether_V1_WorkflowResult()
        result.state = .failed
        result.failure.message = "no stock"
        result.failure.type = "OutOfStock"
        result.failure.step = "reserve"
        #expect(
            result.json(id: "a").text
                == #"{"id":"a","state":"FAILED","result":null,"error":"step \"reserve\" failed: no stock (OutOfStock)","#
                + #""failure":{"message":"no stock","type":"OutOfStock","step":"reserve","nonRetryable":false}}"#)
    }

    @Test("of history entries have the fields of their kind")
    func history() {
        var entry = Aether_V1_JournalEntry()
        entry.sequence = 3
        entry.kind = .stepCompleted
        entry.time = 1_770_091_506_789
        entry.key = "step:a%2Fb#1"
        entry.payload = Data("7".utf8)
        #expect(
            entry.json.text
                == #"{"sequence":3,"kind":"STEP_COMPLETED","time":"2026-02-03T04:05:06.789Z","key":"step:a%2Fb#1","#
                + #""name":"a/b","result":7}"#)
    }

    @Test("of a kind that a newer server added are shown all the same")
    func unknownKind() throws {
        var entry = Aether_V1_JournalEntry()
        entry.kind = .UNRECOGNIZED(77)
        let zone = try #require(TimeZone(secondsFromGMT: 0))
        var rows = HistoryRows(in: zone)
        #expect(entry.json.text.contains(#""kind":"KIND_77""#))
        #expect(rows.row(of: entry).map(\.text)[3] == "entry of kind 77")
    }
}
