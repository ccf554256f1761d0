internal import NIOCore

/// When to send a PING and when to give a connection up, as a value: it is told what time it is.
struct KeepaliveTimer {
    /// What is to be done now.
    enum Action: Equatable {
        /// Send a PING, then ask again after the time.
        case ping(nextCheck: TimeAmount)
        /// Ask again after the time.
        case wait(TimeAmount)
        /// The peer is gone.
        case giveUp
    }

    private let interval: TimeAmount
    private let timeout: TimeAmount
    private var lastRead: NIODeadline
    private var pingSent: NIODeadline?

    init(_ policy: Keepalive, now: NIODeadline) {
        interval = TimeAmount(policy.interval)
        timeout = TimeAmount(policy.timeout)
        lastRead = now
    }

    /// Something arrived.
    mutating func didRead(now: NIODeadline) {
        lastRead = now
        pingSent = nil
    }

    mutating func check(now: NIODeadline) -> Action {
        if let pingSent {
            let giveUpTime = pingSent + timeout
            return now >= giveUpTime ? .giveUp : .wait(giveUpTime - now)
        }
        let pingTime = lastRead + interval
        if now < pingTime { return .wait(pingTime - now) }
        pingSent = now
        return .ping(nextCheck: timeout)
    }
}
