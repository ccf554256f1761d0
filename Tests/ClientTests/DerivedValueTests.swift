import AetherRuntime
import Foundation
import Testing

@testable import Aether

@Suite("Values derived, not recorded", .timeLimit(.minutes(5)))
struct DerivedValueTests {
    struct Values: Codable, Sendable, Equatable {
        var ids: [UUID] = []
        var numbers: [Int] = []
        var unit = 0.0
        var times: [Int64] = []
    }

    private let client = AetherClient()

    @Test("now, uuid and random are the same on every replay, and differ between calls and branches")
    func replay() async throws {
        let workflow = client.workflow("test") { context -> Values in
            var values = Values()
            values.times.append(milliseconds(context.now))
            values.ids = [context.uuid(), context.uuid()]
            try await context.step("a") {}
            values.times.append(milliseconds(context.now))
            values.numbers = try await context.parallel(over: [0, 1]) { number in
                try await context.step("b") { number }
                return context.random(in: 0..<1_000_000)
            }
            values.times.append(milliseconds(context.now))
            values.numbers.append(context.random(in: -5 ... -5))
            values.unit = context.random()
            return values
        }
        let server = TestServer()
        let outcome = await server.run(workflow)
        for count in 1..<server.journal.count where !server.journal[count].event.isClosing {
            let other = try TestServer(crashing: server, after: count)
            let again = try values(await other.run(workflow))
            let first = try values(outcome)
            #expect(again.ids == first.ids && again.numbers == first.numbers && again.unit == first.unit)
        }
        let all = server.journal.count - 1
        #expect(try await TestServer(crashing: server, after: all).run(workflow) == outcome)
        let values = try values(outcome)
        #expect(Set(values.ids).count == 2)
        #expect(values.numbers[0] != values.numbers[1] && values.numbers[2] == -5)
        let entries = server.journal.filter { $0.event.outcomeKey != nil }.map(\.time.rawValue)
        #expect(values.times == [1000, entries[0], entries[2]])
    }

    private func values(_ outcome: WorkflowOutcome?) throws -> Values {
        guard case .completed(let bytes) = outcome else { throw CancellationError() }
        return try JSONDecoder().decode(Values.self, from: Data(bytes))
    }
}

private func milliseconds(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }

extension JournalEvent {
    fileprivate var isClosing: Bool { if case .closed = self { true } else { false } }
}
