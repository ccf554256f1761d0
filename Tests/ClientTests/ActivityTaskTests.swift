import AetherRuntime
import Logging
import Synchronization
import Testing

@testable import Aether

@Suite("An attempt at an activity", .timeLimit(.minutes(5)))
struct ActivityTaskTests {
    /// Notes what is reported.
    private final class Reports: ActivityReporting {
        let beats = Log()
        let isAnswered = Gate()

        func check(_ value: [UInt8], of what: @autoclosure () -> String) throws -> [UInt8] { value }

        func heartbeat(_ task: String, details: [UInt8]) async -> AttemptStanding? {
            beats.write(String(decoding: details, as: UTF8.self))
            return .wanted
        }

        func complete(_ task: String, _ result: ActivityResult) async { isAnswered.open() }
        func completeInHaste(_ task: String, _ result: ActivityResult) async {}
    }

    private func task(
        _ reports: Reports, clock: WorkerClock,
        _ body: @escaping @Sendable (ActivityContext, NoValue) async throws -> NoValue
    ) -> ActivityTask {
        let activity = AetherClient().activity("charge", body)
        let assignment = ActivityAssignment(
            taskID: "t", name: "charge", workflowID: "run-1", input: [], heartbeatMilliseconds: 3000)
        return ActivityTask(
            assignment, activity, reporting: reports, logger: Logger(label: "test"),
            surroundings: Surroundings(clock: clock))
    }

    @Test("sends a heartbeat that came too soon when its time has come, though no other follows")
    func laterHeartbeat() async {
        let (pause, isOver) = (Gate(), Gate())
        let slept = Mutex<[Duration]>([])
        let clock = WorkerClock(now: { Timestamp(millisecondsSinceEpoch: 5000) }) { duration in
            slept.withLock { $0.append(duration) }
            await pause.wait()
        }
        let reports = Reports()
        let task = task(reports, clock: clock) { context, _ in
            for number in 1...3 { try await context.heartbeat(number) }
            #expect(reports.beats.lines == ["1"])
            pause.open()
            while reports.beats.lines.count < 2 { await Task.yield() }
            await isOver.wait()
            return NoValue()
        }
        #expect(task.begin { _ in })
        while reports.beats.lines.count < 2 { await Task.yield() }
        isOver.open()
        await reports.isAnswered.wait()
        #expect(reports.beats.lines == ["1", "3"])
        #expect(slept.withLock { $0 } == [.seconds(1)])
    }

    @Test("that was lost before it had a place never begins")
    func lostBefore() {
        let reports = Reports()
        let task = task(reports, clock: .system) { _, _ in NoValue() }
        #expect(!task.lose())
        #expect(!task.begin { _ in })
    }
}
