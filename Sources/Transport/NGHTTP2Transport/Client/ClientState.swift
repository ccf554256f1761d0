internal import GRPCCore

/// Where a client transport stands, as a value whose transitions return what is to be done outside of the lock.
///
/// *idle* → *connecting* → *ready* → *connecting* … , with *failing* between an attempt that failed and the next;
/// *shutDown* from anywhere, and for good. Calls wait in *idle* and *connecting*; in *failing* only those do that asked
/// to wait for a connection.
struct ClientState: Sendable {
    typealias Waiter = CheckedContinuation<ClientConnection, any Error>

    enum Phase: Sendable {
        case idle
        case connecting
        case ready(ClientConnection)
        case failing(RPCError)
        case shutDown
    }

    /// What a call that wants a connection gets.
    enum Lookup: Sendable {
        case use(ClientConnection)
        case fail(RPCError)
        case wait
    }

    private struct WaitingCall: Sendable {
        var waiter: Waiter
        var waitsForReady: Bool
    }

    private(set) var phase = Phase.idle
    private var hasBegun = false
    private var waiting: [UInt64: WaitingCall] = [:]
    private var nextWaiterID: UInt64 = 0
    private var subscribers: [UInt64: AsyncStream<ConnectivityState>.Continuation] = [:]
    /// Calls that have a connection.
    private(set) var activeCalls = 0
    /// Every connection there is, those that drain included.
    private(set) var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// `connect()`, waiting for the next attempt, or for the last connection to close.
    private var sleeper: CheckedContinuation<Void, Never>?

    var isShutDown: Bool { if case .shutDown = phase { true } else { false } }

    var connectivity: ConnectivityState {
        switch phase {
        case .idle: .idle
        case .connecting: .connecting
        case .ready: .ready
        case .failing(let error): .transientFailure(error)
        case .shutDown: .shutdown
        }
    }

    static let shutDownError = RPCError(code: .unavailable, message: "The client was shut down.")

    // MARK: Calls

    /// The connection for a call; it counts as active if it gets one.
    mutating func lookUp(waitsForReady: Bool) -> Lookup {
        switch phase {
        case .ready(let connection):
            activeCalls += 1
            return .use(connection)
        case .failing(let error) where !waitsForReady: return .fail(error)
        case .shutDown: return .fail(Self.shutDownError)
        case .idle, .connecting, .failing: return .wait
        }
    }

    mutating func makeID() -> UInt64 {
        nextWaiterID += 1
        return nextWaiterID
    }

    mutating func wait(_ waiter: Waiter, id: UInt64, waitsForReady: Bool) {
        waiting[id] = WaitingCall(waiter: waiter, waitsForReady: waitsForReady)
    }

    mutating func removeWaiter(id: UInt64) -> Waiter? {
        waiting.removeValue(forKey: id)?.waiter
    }

    /// A call is over. Returns the connections to close, if it was the last of a transport that was shut down.
    mutating func callEnded() -> [ClientConnection] {
        activeCalls -= 1
        return isShutDown && activeCalls == 0 ? Array(connections.values) : []
    }

    // MARK: Connections

    /// `connect()` was called; false if it was before.
    mutating func begin() -> Bool {
        defer { hasBegun = true }
        return !hasBegun
    }

    /// An attempt begins; false if there is to be none.
    mutating func beginConnecting(_ connection: ClientConnection) -> Bool {
        if isShutDown { return false }
        connections[ObjectIdentifier(connection)] = connection
        enter(.connecting)
        return true
    }

    /// Returns the calls that waited, now active; nil if the transport was shut down meanwhile.
    mutating func connected(_ connection: ClientConnection) -> [Waiter]? {
        if isShutDown { return nil }
        enter(.ready(connection))
        defer { waiting = [:] }
        activeCalls += waiting.count
        return waiting.values.map(\.waiter)
    }

    /// There is no connection until the next attempt. Returns the calls that don't want to wait for it.
    mutating func failed(_ error: RPCError) -> [Waiter] {
        if isShutDown { return [] }
        enter(.failing(error))
        let impatient = waiting.filter { !$0.value.waitsForReady }
        for id in impatient.keys { waiting[id] = nil }
        return impatient.values.map(\.waiter)
    }

    /// A connection takes no more calls; they wait for the next.
    mutating func retire(_ connection: ClientConnection) {
        if case .ready(let current) = phase, current === connection { enter(.connecting) }
    }

    /// Returns `connect()`'s continuation, if that was the last connection it waits for.
    mutating func connectionClosed(_ connection: ClientConnection) -> CheckedContinuation<Void, Never>? {
        connections[ObjectIdentifier(connection)] = nil
        return isShutDown && connections.isEmpty ? takeSleeper() : nil
    }

    // MARK: connect()

    mutating func sleep(_ continuation: CheckedContinuation<Void, Never>) {
        sleeper = continuation
    }

    mutating func takeSleeper() -> CheckedContinuation<Void, Never>? {
        defer { sleeper = nil }
        return sleeper
    }

    /// Returns the calls that wait, which fail, and the subscribers, which end.
    mutating func shutDown() -> (waiters: [Waiter], subscribers: [AsyncStream<ConnectivityState>.Continuation]) {
        enter(.shutDown)
        defer {
            subscribers = [:]
            waiting = [:]
        }
        return (waiting.values.map(\.waiter), Array(subscribers.values))
    }

    // MARK: Subscribers

    private mutating func enter(_ newPhase: Phase) {
        let before = connectivity
        phase = newPhase
        let now = connectivity
        if now != before { for subscriber in subscribers.values { subscriber.yield(now) } }
    }

    mutating func subscribe(_ continuation: AsyncStream<ConnectivityState>.Continuation, id: UInt64) {
        continuation.yield(connectivity)
        if !isShutDown { subscribers[id] = continuation }
    }

    mutating func unsubscribe(id: UInt64) {
        subscribers[id] = nil
    }
}
