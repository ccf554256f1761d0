internal import AetherRuntime

/// Decides when the heartbeats of an attempt are sent: one at a time, and no two within an interval. What comes between is
/// sent, as one, when the interval is over, so that the server's notion of the last one is off by no more than that.
struct HeartbeatThrottle {
    enum Action: Hashable {
        /// With these details; empty for none.
        case send([UInt8])
        /// ``due(at:)`` is to be called after this time.
        case wait(Duration)
        case nothing
    }

    private enum Phase: Hashable { case idle, sending, waiting }

    /// In milliseconds.
    private let interval: Int64
    private var phase = Phase.idle
    private var lastSent: Timestamp?
    private var details: [UInt8] = []
    /// Whether there was a heartbeat that is not sent.
    private var isDue = false
    /// Whether that had something to say.
    private var hasNews = false

    /// - Parameter heartbeatMilliseconds: how long the attempt may go without; 0 is any time.
    init(heartbeatMilliseconds: Int64) {
        let longest: Int64 = 1000
        interval = heartbeatMilliseconds > 0 ? min(max(1, heartbeatMilliseconds / 3), longest) : longest
    }

    mutating func beat(_ newDetails: [UInt8]?, at now: Timestamp) -> Action {
        if let newDetails {
            details = newDetails
            hasNews = true
        }
        isDue = true
        return phase == .idle ? next(at: now) : .nothing
    }

    /// What was to be sent has been, or could not be.
    mutating func sent(isDelivered: Bool, at now: Timestamp) -> Action {
        phase = .idle
        if !isDelivered, !details.isEmpty { hasNews = true }
        return isDue ? next(at: now) : .nothing
    }

    /// The time to wait is over.
    mutating func due(at now: Timestamp) -> Action {
        phase == .waiting ? send(at: now) : .nothing
    }

    /// The attempt has ended.
    ///
    /// - Returns: what was said last, if the server has not heard it.
    mutating func end() -> [UInt8]? {
        defer { (isDue, hasNews) = (false, false) }
        return hasNews ? details : nil
    }

    private mutating func next(at now: Timestamp) -> Action {
        let passed = lastSent.map { now.rawValue - $0.rawValue } ?? interval
        guard passed < interval else { return send(at: now) }
        phase = .waiting
        return .wait(.milliseconds(interval - max(0, passed)))
    }

    private mutating func send(at now: Timestamp) -> Action {
        lastSent = now
        (phase, isDue, hasNews) = (.sending, false, false)
        return .send(details)
    }
}
