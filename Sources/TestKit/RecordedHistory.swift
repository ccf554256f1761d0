public import Aether
internal import AetherRuntime
public import Foundation

/// The history of a run that was recorded, as `aether workflow history ID --json` prints it: today's code can be tested
/// with it before runs under way are given to it.
///
/// ```swift
/// let history = try RecordedHistory(contentsOf: file)
/// try await history.replay(with: handleOrder)
/// ```
public struct RecordedHistory: Sendable {
    private let journal: [JournalEntry]
    /// How the run ended; `nil` when it was open.
    private let outcome: WorkflowOutcome?

    /// - Parameter file: with one entry a line.
    /// - Throws: what reading throws; ``HistoryUnreadable``.
    public init(contentsOf file: URL) throws {
        try self.init(jsonLines: String(contentsOf: file, encoding: .utf8))
    }

    /// - Parameter jsonLines: one entry a line.
    /// - Throws: ``HistoryUnreadable`` with the number of the line.
    public init(jsonLines: String) throws {
        var journal: [JournalEntry] = []
        var outcome: WorkflowOutcome?
        for (index, line) in jsonLines.split(whereSeparator: \.isNewline).enumerated() {
            let entry = try HistoryLine(line, number: index + 1).entry()
            guard entry.sequence == UInt64(index + 1) else {
                throw HistoryUnreadable(line: index + 1, reason: "it has the sequence \(entry.sequence)")
            }
            if case .closed(let recorded) = entry.event { outcome = recorded } else { journal.append(entry) }
        }
        guard case .started? = journal.first?.event else {
            throw HistoryUnreadable(line: 1, reason: "a history begins with STARTED")
        }
        self.journal = journal
        self.outcome = outcome
    }

    /// Replays the history with today's code. No closure of a step or activity is called.
    ///
    /// - Parameters:
    ///   - workflow: the code.
    ///   - id: the run's id, for code that uses it.
    /// - Throws: ``ReplayFailed`` when the code does not fit: it calls something else, or ends otherwise.
    public func replay<Input, Output>(with workflow: Workflow<Input, Output>, id: String = "replayed") async throws {
        let (idle, bell) = AsyncStream.makeStream(of: Void.self)
        let executor = TestExecutor {
            bell.yield()
            return false
        }
        let end = await Replay.run(workflow, journal, id: WorkflowID(rawValue: id), on: executor) {
            for await _ in idle { break }
        }
        switch (end, outcome) {
        case (.blocked(let blockage), _):
            throw ReplayFailed(workflow: workflow.name, reason: "\(blockage)")
        case (.waits(let sequence), _):
            throw ReplayFailed(
                workflow: workflow.name,
                reason: "after entry \(sequence) it waits for something that is not in the history")
        case (.closed(let today), let recorded?) where today.canonical != recorded:
            throw ReplayFailed(
                workflow: workflow.name,
                reason: "it ends as \(today.text), and is recorded to have ended as \(recorded.text)")
        case (.goesOn, let recorded?) where !isEndedFromOutside, (.continuedAsNew, let recorded?):
            throw ReplayFailed(
                workflow: workflow.name, reason: "it goes on, and is recorded to have ended as \(recorded.text)")
        case (.closed, _), (.goesOn, _), (.continuedAsNew, _):
            break
        }
    }

    private var isEndedFromOutside: Bool {
        journal.contains { if case .terminated = $0.event { true } else { false } }
    }
}

/// Why a text is no history.
public struct HistoryUnreadable: Error, Sendable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    public var reason: String

    public var description: String { "line \(line) of the history: \(reason)" }
}

/// Today's code does not fit a recorded history.
public struct ReplayFailed: Error, Sendable, CustomStringConvertible {
    public var workflow: String
    /// What was expected, and what was found.
    public var reason: String

    public var description: String { "the code of workflow \"\(workflow)\" does not fit the history: \(reason)" }
}

extension WorkflowOutcome {
    fileprivate var canonical: WorkflowOutcome {
        if case .completed(let bytes) = self { .completed(HistoryLine.canonical(bytes)) } else { self }
    }

    fileprivate var text: String {
        switch self {
        case .completed(let bytes): "COMPLETED with \(String(decoding: bytes, as: UTF8.self))"
        case .failed(let failure): "FAILED with \(failure)"
        case .cancelled: "CANCELLED"
        }
    }
}
