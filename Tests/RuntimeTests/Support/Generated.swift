import AetherRuntime

/// Made-up values of the core's types.
struct Generated {
    var random: SplitMix64

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    static let texts = [
        "", "charge", "a/b", "a#1", "step:x", "100%", "%2F", "é", "e\u{301}", "日本語", "👩‍👩‍👧", "\u{301}x", "line\nbreak",
        "\0",
        String(repeating: "long", count: 50),
    ]

    mutating func text() -> String { random.pick(Self.texts) }

    mutating func bytes() -> [UInt8] {
        (0..<random.pick([0, 1, 2, 20, 200])).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    mutating func number() -> UInt64 {
        random.pick([1, 2, 127, 128, 300, 1 << 32, .max >> 1, random.next() >> 1 | 1])
    }

    mutating func failure() -> Failure {
        Failure(message: text(), type: text(), step: text(), isNonRetryable: random.oneIn(2))
    }

    mutating func key() -> OperationKey {
        OperationKey(
            scope: random.oneIn(2) ? "" : "parallel:#1/0", kind: "step", name: text(),
            occurrence: Int.random(in: 1...3, using: &random))
    }

    mutating func worker() -> WorkerIdentity {
        WorkerIdentity(id: random.pick(["a", "b", "ü"]), isPlain: random.oneIn(2))
    }

    mutating func outcome() -> WorkflowOutcome {
        switch random.pick([0, 1, 2]) {
        case 0: .completed(bytes())
        case 1: .failed(failure())
        default: .cancelled
        }
    }

    private mutating func start() -> WorkflowStart {
        var start = WorkflowStart(
            type: text(), input: bytes(), tier: random.pick(PersistenceTier.allCases), seed: random.next(),
            parent: random.oneIn(2)
                ? nil
                : ParentLink(
                    workflow: WorkflowID(rawValue: "p"), seed: number(), key: key(),
                    closePolicy: random.pick(ParentClosePolicy.allCases)),
            continuation: random.oneIn(2)
                ? nil
                : WorkflowStart.Continuation(count: number(), epoch: number(), firstInput: bytes()))
        if random.oneIn(2) {
            start.trace = TraceContext(
                traceID: .init(high: random.next(), low: 1), spanID: max(1, random.next()), isSampled: random.oneIn(2),
                isRandom: random.oneIn(2), state: random.pick(["", "a=b", "congo=t61,rojo=00f067"]))
        }
        return start
    }

    mutating func event(_ kind: EntryKind) -> JournalEvent {
        switch kind {
        case .started: .started(start())
        case .assigned: .assigned(worker: worker(), epoch: number())
        case .released:
            .released(epoch: number(), reason: random.pick([.workerGone, .notHeld, .returned, .cancelled]))
        case .blocked:
            .blocked(
                epoch: number(),
                Blockage(sequence: number(), expected: text(), found: random.oneIn(2) ? [] : ["b", "ü"]))
        case .stepCompleted: .stepCompleted(key: key(), result: bytes())
        case .stepFailed: .stepFailed(key: key(), failure: failure())
        case .cancelRequested: .cancelRequested
        case .terminated: .terminated
        case .signalReceived: .signalReceived(Signal(id: text(), name: text(), payload: bytes()))
        case .closed: .closed(outcome())
        default: operationEvent(kind)
        }
    }

    mutating func time() -> Timestamp { Timestamp(rawValue: random.pick([1, 2, 1_790_000_000_000, .max])) }

    mutating func attempt() -> UInt32 { random.pick([1, 2, 300, .max >> 1]) }

    mutating func child() -> ChildStart {
        ChildStart(
            id: WorkflowID(rawValue: random.pick(["c", "ü", "a/b"])), type: text(), input: bytes(),
            tier: random.pick([nil, .memory, .snapshot, .stateActionLog]),
            closePolicy: random.pick(ParentClosePolicy.allCases))
    }

    mutating func activity() -> ActivitySpec {
        ActivitySpec(
            name: text(), service: text(), input: bytes(),
            retry: RetryPolicy(
                initialMilliseconds: 10, factor: random.pick([1, 2, 1.5]), maximumMilliseconds: random.pick([0, 50]),
                attempts: random.pick([0, 1, 3]), jitter: random.pick([0, 0.2]),
                nonRetryableTypes: random.oneIn(2) ? [] : [text(), ""]),
            startToCloseMilliseconds: random.pick([0, 20]), scheduleToCloseMilliseconds: random.pick([0, 60]),
            heartbeatMilliseconds: random.pick([0, 5]), cancellation: random.pick(ActivityCancellation.allCases))
    }

    mutating func operationEvent(_ kind: EntryKind) -> JournalEvent {
        switch kind {
        case .stepAttemptFailed:
            .stepAttemptFailed(key: key(), attempt: attempt(), failure: failure(), retryAt: time())
        case .timerStarted: .timerStarted(key: key(), fireAt: time())
        case .timerFired: .timerFired(key: key())
        case .childStarted: .childStarted(key: key(), child())
        case .childClosed: .childClosed(key: key(), outcome())
        case .activityScheduled: .activityScheduled(key: key(), activity())
        case .activityStarted: .activityStarted(key: key(), attempt: attempt(), worker: text())
        case .activityAttemptFailed:
            .activityAttemptFailed(
                key: key(), attempt: attempt(), failure: failure(), details: bytes(), retryAt: time())
        case .activityCompleted: .activityCompleted(key: key(), attempt: attempt(), result: bytes())
        case .activityFailed: .activityFailed(key: key(), attempt: attempt(), failure: failure())
        case .signalAwaited: .signalAwaited(key: key(), name: text(), deadline: random.oneIn(2) ? nil : time())
        case .signalConsumed: .signalConsumed(key: key(), signal: number())
        case .versionSet: .versionSet(key: key(), change: text(), version: attempt())
        case .valueSet: .valueSet(key: key(), name: text(), value: bytes())
        default: .operationCancelled(key: key())
        }
    }

    mutating func entry(_ kind: EntryKind) -> JournalEntry {
        JournalEntry(
            sequence: number(), time: Timestamp(rawValue: Int64(bitPattern: random.pick([0, 1, .max, random.next()]))),
            record: random.oneIn(2) ? 0 : number(), event: event(kind),
            early: random.oneIn(3)
                ? EarlyResolution(behind: number() | 1, at: Int64.random(in: 0 ... .max, using: &random)) : nil)
    }
}
