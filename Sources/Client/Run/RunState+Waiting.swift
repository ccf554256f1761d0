internal import AetherRuntime

extension RunState {
    /// Whether a run takes one of its worker's places.
    enum Activity {
        /// It has one.
        case active
        /// It only waits for the server and needs none.
        case waiting
        /// Something it waited for has happened: it waits for a place.
        case wakening
    }

    /// Whether nothing happens in the run until the server says something.
    private var onlyWaits: Bool {
        ending == .open && !isReplaying && records.isEmpty && early.isEmpty && !isReporting && !isGivingBack
            && !arrived.contains(nextSequence) && unsettled == 0 && waiting > 0
    }

    /// Whether the journal may let a run go on that is at rest, or it may turn out to wait only.
    var mayGoOn: Bool { !arrived.isEmpty || unsettled == 0 }

    /// The run has come to rest.
    ///
    /// - Returns: whether its place is free now.
    mutating func rest() -> Bool {
        guard activity == .active, onlyWaits else { return false }
        activity = .waiting
        if toldWaiting != nextSequence - 1 {
            toldWaiting = nextSequence - 1
            waitingToTell = toldWaiting
        }
        return true
    }

    /// If the run only waits, the place in the journal where it does.
    var waitingPlace: UInt64? { activity == .waiting && ending != .ended ? nextSequence - 1 : nil }

    /// The server may have forgotten that the run only waits.
    mutating func tellWaitingAgain() {
        if let place = waitingPlace, hasBegun { waitingToTell = place }
    }

    /// Something arrived.
    ///
    /// - Returns: what is to be done for the run to see it.
    mutating func wake() -> Wakening {
        guard !isGivingBack else { return .nothing }
        switch activity {
        case .active: return .wake
        case .wakening: return .nothing
        case .waiting:
            activity = .wakening
            return .findPlace
        }
    }

    /// The run was given a place.
    ///
    /// - Returns: what it does with it.
    mutating func occupy() -> Occupation {
        guard activity == .wakening, ending != .ended else { return .nothing }
        activity = .active
        defer { hasBegun = true }
        return hasBegun ? .goOn : .begin
    }

    enum Occupation {
        /// It has no use for it.
        case nothing
        /// Its function is to be called.
        case begin
        case goOn
    }

    /// The run needs no place any more.
    ///
    /// - Returns: whether it had one.
    mutating func vacate() -> Bool {
        defer { activity = .waiting }
        return activity == .active
    }

    /// The worker makes room: a run that only waits is given back.
    ///
    /// - Returns: whether it is to be reported.
    mutating func evict() -> Bool {
        guard ending == .open, activity == .waiting, !isGivingBack else { return false }
        isGivingBack = true
        ending = .draining
        return true
    }

    enum Wakening {
        case nothing
        case wake
        case findPlace
    }

    /// The last entry of the journal that this worker has, all before included.
    var lastKnown: UInt64 {
        var last = nextSequence - 1
        while arrived.contains(last + 1) || takenAhead.contains(last + 1) { last += 1 }
        return last
    }
}
