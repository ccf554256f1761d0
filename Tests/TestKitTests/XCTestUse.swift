import Aether
import AetherTestKit
import XCTest

/// The kit is used from XCTest as from Swift Testing; the README shows this test.
final class XCTestUse: XCTestCase {
    func testMonthlyInvoice() async throws {
        let client = AetherClient()
        let charge = client.activity("charge", input: Int.self, output: String.self)
        let invoice = client.workflow("invoice") { (context, customer: String) in
            try await context.sleep(.days(30))
            let receipt = try await context.activity(charge, 5)
            return try await context.step("send", retry: .exponential()) { "\(receipt), to \(customer)" }
        }

        let test = TestEnvironment(serving: [invoice])
        test.stub(charge) { amount in "receipt for \(amount)" }
        test.fail(step: "send", times: 2)
        let sent = try await test.run { try await invoice.startAndWait("Ada") }

        XCTAssertEqual(sent, "receipt for 5, to Ada")
        XCTAssertEqual(test.attempts(step: "send"), 3)
    }
}
