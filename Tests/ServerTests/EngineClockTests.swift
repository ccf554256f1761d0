import AetherActors
import AetherRuntime
import Foundation
import Testing

@testable import AetherServer

@Suite("The server's clock", .timeLimit(.minutes(5)))
struct EngineClockTests {
    @Test("goes on evenly when the wall clock is set", arguments: [-3600, 3600])
    func jump(seconds: Double) {
        // A wall clock that is another time at each look.
        var looks = 0.0
        let began = Date()
        let clock = EngineClock.system(timeOfDay: {
            looks += 1
            return began.addingTimeInterval((looks - 1) * seconds)
        })
        let first = clock.now()
        let second = clock.now()
        #expect(looks == 1)
        #expect(abs(first.millisecondsSinceEpoch - Int64(began.timeIntervalSince1970 * 1000)) < 60_000)
        #expect(second >= first && second.millisecondsSinceEpoch - first.millisecondsSinceEpoch < 60_000)
    }

    @Test("goes on from what was written last when the wall clock was set back meanwhile, and from the wall clock else")
    func setBack() {
        let began = Date(timeIntervalSince1970: 1_000_000)
        let shown = Timestamp(millisecondsSinceEpoch: 1_000_000_000)
        let ahead = shown.advanced(by: 86_400_000)
        for (newest, expected) in [(ahead, ahead), (Timestamp(rawValue: 1), shown), (nil, shown)] {
            let now = EngineClock.system(notBefore: newest, timeOfDay: { began }).now()
            #expect(now >= expected && now < expected.advanced(by: 60_000))
        }
    }

    @Test("waits until it says an instant itself, never less")
    func sleepUntil() async throws {
        let clock = EngineClock.system()
        for milliseconds in [-5, 0, 1, 20] as [Int64] {
            let instant = Timestamp(millisecondsSinceEpoch: clock.now().millisecondsSinceEpoch + milliseconds)
            try await clock.sleepUntil(instant)
            #expect(clock.now() >= instant)
        }
    }
}
