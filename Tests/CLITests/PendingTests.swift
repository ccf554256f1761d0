import AetherProtocol
import Foundation
import Testing

@testable import AetherCLI

@Suite("What a workflow waits for")
struct PendingTests {
    private typealias Operation = Aether_V1_PendingOperation

    private func line(
        _ kind: Aether_V1_EntryKind, _ name: String = "", child: String = "", attempt: UInt32 = 0, due: Int64 = 0,
        worker: String = "", failure: Aether_V1_Failure? = nil
    ) throws -> String {
        var operation = Operation()
        operation.kind = kind
        operation.key = "the key"
        operation.name = name
        operation.childID = child
        operation.attempt = attempt
        operation.dueTime = due
        operation.workerID = worker
        if let failure { operation.failure = failure }
        return operation.line(in: try #require(TimeZone(secondsFromGMT: 0)))
    }

    private var declined: Aether_V1_Failure {
        var failure = Aether_V1_Failure()
        failure.message = "declined"
        failure.type = "Card"
        failure.step = "charge"
        return failure
    }

    @Test("is said in one line: what, which attempt, until when, and what went wrong before")
    func lines() throws {
        let noon: Int64 = 43_200_000
        #expect(try line(.timerStarted, due: noon) == "sleep until 1970-01-01 12:00:00")
        #expect(try line(.timerStarted, "nap", due: noon) == "sleep nap until 1970-01-01 12:00:00")
        #expect(try line(.childStarted, "ship", child: "c-1") == "child ship c-1")
        #expect(try line(.signalAwaited, "ok") == "signal ok")
        #expect(try line(.signalAwaited, "ok", due: noon) == "signal ok until 1970-01-01 12:00:00")
        #expect(
            try line(.activityScheduled, "charge", attempt: 1)
                == "activity charge, attempt 1 as soon as a worker has room")
        #expect(
            try line(.activityScheduled, "charge", attempt: 2, worker: "w", failure: declined)
                == "activity charge, attempt 2 on w; last error: declined (Card)")
        #expect(
            try line(.activityScheduled, "charge", attempt: 3, due: noon, failure: declined)
                == "activity charge, attempt 3 at 1970-01-01 12:00:00; last error: declined (Card)")
        #expect(
            try line(.stepAttemptFailed, "charge", attempt: 2, due: noon, failure: declined)
                == "step charge, attempt 2 at 1970-01-01 12:00:00; last error: declined (Card)")
        #expect(try line(.UNRECOGNIZED(77)) == "the key")
    }

    @Test("is shown with the status, but no more of it than can be read")
    func many() throws {
        var status = Aether_V1_WorkflowStatus()
        status.parentID = "p"
        status.pending = (1...22).map { number in
            var operation = Operation()
            (operation.kind, operation.name, operation.childID) = (.childStarted, "ship", "c-\(number)")
            return operation
        }
        let zone = try #require(TimeZone(secondsFromGMT: 0))
        let lines = status.fields(in: zone).text(terminal: .none).split(separator: "\n")
        #expect(lines.first == "parent   p")
        #expect(lines.contains("pending  child ship c-1") && lines.contains("         child ship c-20"))
        #expect(lines.last == "         and 2 more; --json shows all")
    }
}
