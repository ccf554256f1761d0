import AetherRuntime
import Testing

@testable import Aether

@Suite("Heartbeats")
struct HeartbeatThrottleTests {
    private func time(_ milliseconds: Int64) -> Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds) }

    @Test("are sent at once, then at most every third of their time limit; what comes between is sent as one")
    func interval() {
        var throttle = HeartbeatThrottle(heartbeatMilliseconds: 300)
        var action = throttle.beat([1], at: time(0))
        #expect(action == .send([1]))
        action = throttle.sent(isDelivered: true, at: time(1))
        #expect(action == .nothing)
        action = throttle.beat([2], at: time(20))
        #expect(action == .wait(.milliseconds(80)))
        action = throttle.beat(nil, at: time(30))
        #expect(action == .nothing)
        action = throttle.due(at: time(100))
        #expect(action == .send([2]))
        action = throttle.sent(isDelivered: true, at: time(101))
        #expect(action == .nothing)
        action = throttle.beat(nil, at: time(500))
        #expect(action == .send([2]))
    }

    @Test("that come while one is sent wait for it and for the interval")
    func sending() {
        var throttle = HeartbeatThrottle(heartbeatMilliseconds: 0)
        var action = throttle.beat(nil, at: time(0))
        #expect(action == .send([]))
        action = throttle.beat([1], at: time(10))
        #expect(action == .nothing)
        action = throttle.sent(isDelivered: true, at: time(400))
        #expect(action == .wait(.milliseconds(600)))
    }

    @Test("that the server has not heard are told at the end")
    func end() {
        var throttle = HeartbeatThrottle(heartbeatMilliseconds: 0)
        _ = throttle.beat([1], at: time(0))
        _ = throttle.sent(isDelivered: true, at: time(1))
        var unsent = throttle.end()
        #expect(unsent == nil)
        _ = throttle.beat([2], at: time(2000))
        _ = throttle.sent(isDelivered: false, at: time(2001))
        unsent = throttle.end()
        #expect(unsent == [2])
        _ = throttle.beat([3], at: time(2100))
        unsent = throttle.end()
        #expect(unsent == [3])
    }
}
