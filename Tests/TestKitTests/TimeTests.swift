import Aether
import AetherTestKit
import Foundation
import Testing

@Suite("Time in the test kit")
struct TimeTests {
    private let client = AetherClient()

    @Test("a year of daily timers is skipped")
    func year() async throws {
        let year = client.workflow("year") { context in
            for _ in 0..<365 { try await context.sleep(.days(1)) }
            return context.now
        }
        let test = TestEnvironment(serving: [year])
        let start = test.now
        let end = try await test.run { try await year.startAndWait() }
        #expect(end.timeIntervalSince(start) == 365 * 86400)
        #expect(test.now == end)
    }
}
