internal import AetherRuntime
internal import AetherStorage

/// The commits of one write path in their order: which wait, up to where all is decided, and who waits to hear of it.
struct CommitQueue {
    typealias Ticket = PersistenceActor.Ticket
    typealias Waiter = CheckedContinuation<StoreError?, Never>

    enum Mode {
        case writable
        /// The store refused a write. Nothing is taken until it accepts one again.
        case readOnly(StoreError)
    }

    /// What is to happen once a commit is in line.
    enum Signal {
        case nothing
        /// Everything in line is to be written as soon as possible.
        case write
        /// It is the first one that lags: the time until it is written at the latest begins.
        case writeSoon
    }

    private static let rememberedFailures = 64

    private var commits: [Commit] = []
    /// Whether something waits that may not lag, or not any longer.
    private(set) var isToBeWritten = false
    var mode = Mode.writable
    /// The ticket of the last commit put.
    private(set) var issued: Ticket = 0
    /// Everything up to here is durable, or failed.
    private(set) var settled: Ticket = 0
    /// The line ends: nothing lags any more.
    var isFinishing = false
    /// Nothing is committed any more: the line has ended.
    var isClosed = false
    /// What lags: in line, and in the commit under way.
    private var waitingLag = Lag()
    private var lagUnderWay = Lag()
    /// The last failures, so that one who asks late still hears of it.
    private var failures: [(tickets: ClosedRange<Ticket>, error: StoreError)] = []
    private var waiters: [(ticket: Ticket, waiter: Waiter)] = []

    /// Puts a commit in line.
    ///
    /// - Parameters:
    ///   - commit: one that may lag is settled at once.
    ///   - limit: how much may lag. A commit that would exceed it has to be waited for.
    ///   - closedError: what a commit hears that comes too late.
    /// - Returns: the place in line; `nil` when the commit is settled.
    mutating func put(
        _ commit: Commit, limit: LagLimit, closedError: StoreError
    ) -> (ticket: Ticket?, signal: Signal) {
        let put = append(commit, limit: limit, closedError: closedError)
        if case .write = put.signal { isToBeWritten = true }
        return put
    }

    private mutating func append(
        _ commit: Commit, limit: LagLimit, closedError: StoreError
    ) -> (ticket: Ticket?, signal: Signal) {
        issued += 1
        guard !isClosed else {
            fail(issued...issued, closedError)
            settled = issued
            return (issued, .nothing)
        }
        commits.append(commit)
        let (run, count) = (ObjectIdentifier(commit.workflow), commit.write.entries.count)
        guard commit.mayLag, canLag else { return (issued, .write) }
        let ofRun = waitingLag.count(of: run) + lagUnderWay.count(of: run) + count
        let ofAll = waitingLag.total + lagUnderWay.total + count
        guard ofRun <= limit.entriesOfRun, ofAll <= limit.entries else { return (issued, .write) }
        let isFirst = waitingLag.total == 0
        waitingLag.add(count, of: run)
        if ofRun == limit.entriesOfRun || ofAll == limit.entries { return (nil, .write) }
        return (nil, isFirst ? .writeSoon : .nothing)
    }

    private var canLag: Bool {
        if case .writable = mode { !isFinishing } else { false }
    }

    /// Everything in line, and the ticket of the last of it; ``settle(through:error:)`` follows.
    mutating func take() -> ([Commit], Ticket) {
        defer { commits = [] }
        isToBeWritten = false
        (lagUnderWay, waitingLag) = (waitingLag, Lag())
        return (commits, issued)
    }

    /// Says of a ticket whether it is decided, or has the waiter hear of it later.
    ///
    /// - Returns: `nil` when the waiter has to wait.
    mutating func settlement(of ticket: Ticket, for waiter: Waiter) -> Result<Void, StoreError>? {
        guard ticket > settled else { return failure(of: ticket).map { .failure($0) } ?? .success(()) }
        waiters.append((ticket, waiter))
        return nil
    }

    /// Everything up to a ticket is decided: durable, or failed with the error given.
    ///
    /// - Returns: who waited for it, with what they are to hear.
    mutating func settle(through ticket: Ticket, error: StoreError?) -> [(waiter: Waiter, error: StoreError?)] {
        if let error, ticket > settled { fail(settled + 1...ticket, error) }
        settled = ticket
        lagUnderWay = Lag()
        var ready: [(Waiter, StoreError?)] = []
        var rest: [(ticket: Ticket, waiter: Waiter)] = []
        for waiting in waiters {
            if waiting.ticket <= ticket {
                ready.append((waiting.waiter, failures.isEmpty ? nil : failure(of: waiting.ticket)))
            } else {
                rest.append(waiting)
            }
        }
        waiters = rest
        forgetFailures()
        return ready
    }

    mutating func fail(_ tickets: ClosedRange<Ticket>, _ error: StoreError) {
        if let last = failures.last, last.tickets.upperBound + 1 == tickets.lowerBound {
            failures[failures.count - 1] = (last.tickets.lowerBound...tickets.upperBound, error)
        } else {
            failures.append((tickets, error))
        }
    }

    private func failure(of ticket: Ticket) -> StoreError? {
        failures.last { $0.tickets.contains(ticket) }?.error
    }

    /// Forgets the oldest failures. Those who waited have heard of them; one who asks later finds the run discarded.
    private mutating func forgetFailures() {
        failures.removeFirst(max(0, failures.count - Self.rememberedFailures))
    }
}
