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
        random.pick([1, 2, 127, 128, 300, 1 << 32, .max - 1, .max, random.next() | 1])
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

    mutating func event(_ kind: EntryKind) -> JournalEvent {
        switch kind {
        case .started:
            .started(
                WorkflowStart(
                    type: text(), input: bytes(), tier: random.pick(PersistenceTier.allCases), seed: random.next()))
        case .assigned: .assigned(worker: worker(), epoch: number())
        case .released:
            .released(epoch: number(), reason: random.pick([.workerGone, .notHeld, .returned, .cancelled]))
        case .stepCompleted: .stepCompleted(key: key(), result: bytes())
        case .stepFailed: .stepFailed(key: key(), failure: failure())
        case .cancelRequested: .cancelRequested
        case .closed: .closed(outcome())
        }
    }

    mutating func entry(_ kind: EntryKind) -> JournalEntry {
        JournalEntry(
            sequence: number(), time: Timestamp(rawValue: Int64(bitPattern: random.pick([0, 1, .max, random.next()]))),
            record: random.oneIn(2) ? 0 : number(), event: event(kind))
    }
}
