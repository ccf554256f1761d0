import AetherRuntime
import Driver

/// A journal as a store would give it: each entry has two bytes before it, which are its length, the low one first.
func journal(_ input: UnsafeRawBufferPointer) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    var rest = input[...]
    while rest.count >= 2 {
        let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
        rest = rest.dropFirst(2)
        if let entry = try? JournalEntry(encoded: rest.prefix(length)) { entries.append(entry) }
        rest = rest.dropFirst(length)
    }
    return entries
}

/// What was read is written so that it reads the same.
func checkCoding(_ entry: JournalEntry) {
    guard let again = try? JournalEntry(encoded: entry.encoded()) else {
        preconditionFailure("an entry that was read, and written, can't be read: \(entry)")
    }
    // Numbers that are none are not equal to themselves.
    precondition(again == entry || "\(entry)".contains("nan"), "\(entry) is read as \(again)")
}

/// Whatever a journal says, a run is rebuilt from it or refused, and goes on; from what it adds it is rebuilt the same.
func checkReplay(_ journal: [JournalEntry]) {
    let id = WorkflowID(rawValue: "run")
    guard var run = try? WorkflowExecution.replay(id: id, journal) else { return }
    var entries = journal
    let now = entries.map(\.time).max()?.advanced(by: 1000) ?? Timestamp(rawValue: 0)
    let worker = WorkerIdentity(id: "worker", isPlain: false)
    var events: [WorkflowEvent] = [
        .wake, .assign(worker), .loseLease(epoch: run.epoch, .workerGone), .assign(worker),
    ]
    for key in run.pending.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
        events += [
            .assignActivity(key, worker: "worker"), .completeActivity(key, attempt: 1, .failed(Failure(message: ""))),
            .closeChild(key, .cancelled),
        ]
    }
    events += [.signal(Signal(id: "id", name: "name", payload: [])), .cancel, .terminate]
    for event in events {
        guard let decision = try? run.handle(event, at: now) else { continue }
        entries = decision.beginsAnew ? decision.entries : entries + decision.entries
    }
    let replayed = try? WorkflowExecution.replay(id: id, entries)
    // Numbers that are none are not equal to themselves.
    precondition(replayed == run || "\(run)".contains("nan"), "\(run) is rebuilt as \(replayed as Any)")
}

fuzz { input in
    let entries = journal(input)
    for entry in entries { checkCoding(entry) }
    checkReplay(entries)
    // Most journals have gaps. This one has none.
    checkReplay(
        entries.enumerated().map { index, entry in
            var entry = entry
            entry.sequence = UInt64(index) + 1
            return entry
        })
}
