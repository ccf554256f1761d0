import Aether
import AetherTestKit
import XCTest

/// The kit is used from XCTest as from Swift Testing.
final class XCTestUse: XCTestCase {
    func testMonthlyInvoice() async throws {
        let client = AetherClient()
        let invoice = client.workflow("invoice") { (context, customer: String) in
            try await context.sleep(.days(30))
            return try await context.step("send") { "invoice for \(customer)" }
        }
        let test = TestEnvironment(serving: [invoice])
        test.fail(step: "send", times: 0)
        let sent = try await test.run { try await invoice.startAndWait("Ada") }
        XCTAssertEqual(sent, "invoice for Ada")
    }
}
