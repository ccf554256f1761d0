/// A project in Swift: workflows in a module of their own, a program that serves them, a test that runs them.
struct SwiftTemplate {
    let name: ProjectName
    let sdk: SDKSource

    var files: [ProjectFile] {
        [
            ProjectFile(path: "Package.swift", text: package),
            ProjectFile(path: "README.md", text: readme),
            ProjectFile(path: "aether.toml", text: ServerSettingsFile.text),
            ProjectFile(path: ".gitignore", text: ".build/\nPackage.resolved\n/data/\n"),
            ProjectFile(path: "Sources/Workflows/Workflows.swift", text: Self.workflows),
            ProjectFile(path: "Sources/\(name)/main.swift", text: Self.program),
            ProjectFile(path: "Tests/WorkflowTests/WorkflowTests.swift", text: Self.tests),
        ]
    }

    private var package: String {
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let package = Package(
            name: "\(name)",
            dependencies: [
                \(sdk.dependency)
            ],
            targets: [
                .target(name: "Workflows", dependencies: [.product(name: "Aether", package: "\(sdk.package)")]),
                .executableTarget(name: "\(name)", dependencies: ["Workflows"]),
                .testTarget(
                    name: "WorkflowTests",
                    dependencies: ["Workflows", .product(name: "AetherTestKit", package: "\(sdk.package)")]),
            ]
        )

        """
    }

    private var readme: String {
        """
        # \(name)

        A durable workflow with [Aether](https://github.com/aetherframework/aether).

        ```bash
        swift build
        swift test
        swift run \(name)
        ```

        `swift run \(name)` starts a server inside of the process when none runs on this machine, runs one workflow and prints
        what it returned. Run it again: the order has been handled, nothing is charged twice.

        With `aether serve` in another terminal the same program uses that server, and `swift run \(name) work` serves the
        workflows until Ctrl-C. Then `aether workflow list`, `aether workflow history order-1` and `aether status order-1` show what
        happened. `aether.toml` has the server's settings.

        - `Sources/Workflows`: the workflows. What touches the world belongs into steps.
        - `Sources/\(name)`: the program that serves them.
        - `Tests/WorkflowTests`: runs the workflows in the test's own process, with a database of its own.

        """
    }

    private static let workflows = """
        import Aether

        public struct Order: Codable, Sendable {
            public var id: String
            public var amount: Int

            public init(id: String, amount: Int) {
                self.id = id
                self.amount = amount
            }
        }

        public struct Receipt: Codable, Sendable, Equatable {
            public var order: String
            public var payment: String
        }

        /// The workflows of this project, as a client starts them and a worker serves them.
        public struct Workflows: Sendable {
            public let handleOrder: Workflow<Order, Receipt>

            public init(_ client: AetherClient) {
                handleOrder = client.workflow("handle-order") { (context, order: Order) in
                    // Each step runs once: its result is stored before the workflow goes on, and given back after a crash.
                    let reservation = try await context.step("reserve") { "reservation of \\(order.id)" }
                    // If something later fails, or the order is cancelled, this undoes the step.
                    context.compensate {
                        try await context.step("release") { print("released \\(reservation)") }
                    }
                    let payment = try await context.step("charge", retry: .exponential(attempts: 5)) {
                        guard order.amount > 0 else { throw NonRetryableError("there is nothing to pay") }
                        return "\\(order.amount) paid"
                    }
                    // Durable, too: it could be days.
                    try await context.sleep(.milliseconds(100))
                    return Receipt(order: order.id, payment: payment)
                }
            }

            /// What a worker serves.
            public var all: [any Servable] { [handleOrder] }
        }

        """

    private static let program = """
        import Aether
        import Foundation
        import Workflows

        let server = ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233"
        let client = AetherClient(serverURL: server)
        let workflows = Workflows(client)

        // With the argument "work" the process serves the workflows until Ctrl-C; without, it also starts one.
        if CommandLine.arguments.contains("work") {
            try await client.serve(workflows.all)
        } else {
            try await client.serve(workflows.all) { _ in
                let order = Order(id: "order-1", amount: 42)
                // The order's id is the run's: started twice, it is handled once.
                let receipt = try await workflows.handleOrder.startAndWait(order, id: order.id)
                print("\\(receipt.order): \\(receipt.payment)")
            }
        }

        """

    private static let tests = """
        import Aether
        import AetherTestKit
        import Testing
        import Workflows

        /// The workflows over Aether's engine in the test's process: nothing is stored, and time is skipped.
        @Suite("Workflows")
        struct WorkflowTests {
            private let workflows = Workflows(AetherClient())

            @Test("an order is charged, also when the first attempts fail")
            func order() async throws {
                let test = TestEnvironment(serving: workflows.all)
                test.fail(step: "charge", times: 2)
                let receipt = try await test.run {
                    try await workflows.handleOrder.startAndWait(Order(id: "a", amount: 7))
                }
                #expect(receipt.payment == "7 paid")
                #expect(test.attempts(step: "charge") == 3)
            }

            @Test("an order without an amount fails in the step that charges it, and is released")
            func nothingToPay() async throws {
                let test = TestEnvironment(serving: workflows.all)
                let failure = await #expect(throws: WorkflowFailed.self) {
                    try await test.run {
                        try await workflows.handleOrder.startAndWait(Order(id: "a", amount: 0))
                    }
                }
                #expect(failure?.step == "charge")
                #expect(test.attempts(step: "release") == 1)
            }
        }

        """
}
