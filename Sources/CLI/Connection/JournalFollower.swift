internal import AetherProtocol
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// Tells, on standard error, what happens in a workflow while somebody waits for its end.
actor JournalFollower {
    /// How often is asked: more often while something happens.
    private static let pauses = Duration.milliseconds(100)...Duration.seconds(1)

    private let connection: ServerConnection
    private let id: String
    private let terminal: Terminal
    private var rows = HistoryRows(in: .current)
    private var last: UInt64 = 0

    init(_ id: String, connection: ServerConnection, terminal: Terminal) {
        self.id = id
        self.connection = connection
        self.terminal = terminal
    }

    /// Tells what happens while an operation runs, and what is left of it when it has ended.
    func during<Result: Sendable>(
        _ operation: @Sendable @escaping () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                await self.follow()
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                guard let result else { continue }
                await tellNews()
                return result
            }
            throw CancellationError()
        }
    }

    private func follow() async {
        var pause = Self.pauses.lowerBound
        while !Task.isCancelled {
            pause = await tellNews() ? Self.pauses.lowerBound : min(pause * 2, Self.pauses.upperBound)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    /// - Returns: whether there was any. A server that is away has none; whoever waits says so.
    @discardableResult
    private func tellNews() async -> Bool {
        let request = Aether_V1_HistoryRequest.with {
            $0.workflowID = id
            $0.after = last
        }
        let entries = try? await connection.admin.getHistory(request, options: connection.options) { response in
            var entries: [Aether_V1_JournalEntry] = []
            for try await entry in response.messages { entries.append(entry) }
            return entries
        }
        for entry in entries ?? [] where entry.sequence > last {
            last = entry.sequence
            StandardError.write(JournalLine(rows.row(of: entry), terminal: terminal).text + "\n")
        }
        return entries?.isEmpty == false
    }
}
