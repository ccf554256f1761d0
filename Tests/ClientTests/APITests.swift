import Aether
import Foundation
import Testing

/// What users write, with what is public alone.
@Suite("The public API")
struct APITests {
    struct Order: Codable, Sendable { var id: String }
    struct Payment: Codable, Sendable { var total: Int }

    @Test("has every operation in the form that the guide shows")
    func operations() throws {
        let client = AetherClient(serverURL: "http://localhost:7233", service: "shop")
        let charge = client.activity(
            "charge-card",
            retry: .exponential(
                initial: .milliseconds(200), factor: 2, maximum: .seconds(30), attempts: 5, jitter: 0.2,
                nonRetryable: ["Declined"]),
            timeout: .seconds(10), heartbeatTimeout: .seconds(3), scheduleToCloseTimeout: .minutes(5), service: "bank"
        ) { (context, order: Order) in
            let last = try context.lastHeartbeatDetails(as: Double.self) ?? 0
            try await context.heartbeat(progress: last + 0.5)
            try await context.heartbeat(["at": 3])
            return Payment(total: context.idempotencyKey.count + context.attempt)
        }
        let notify = client.activity("notify", input: String.self, output: NoValue.self, service: "mail")
        let ping = client.activity("ping") { context in try await context.heartbeat() }
        let child = client.workflow("child") { (_, number: Int) in number }

        let workflow = client.workflow("order", persistence: .stateActionLog) { (context, order: Order) -> Int in
            let payment = try await context.activity(charge, order)
            try await context.activity(notify, order.id, cancellation: .abandon)
            try await context.activity(ping)
            context.compensate { try await context.step("refund") { print("refund") } }
            let numbers = try await context.parallel(over: 1...3, maximumConcurrency: 2) { number in
                try await context.child(child, number, id: "\(order.id)-\(number)", policy: .wait)
            }
            let handle = try await context.startChild(child, 4)
            let first = try await context.race(
                { try await context.signal("approve", as: Bool.self, timeout: .hours(24)) },
                {
                    try await context.sleep(.minutes(5))
                    return false
                })
            try await context.sleep(until: context.now.addingTimeInterval(60))
            try await context.set("progress", 0.5)
            let outcomes = try await context.settled({ try await handle.result() }, { try await child.startAndWait(5) })
            try await context.step("log", retry: .exponential(attempts: 3), timeout: .seconds(5)) { print(first) }
            _ = (context.uuid(), context.random(), context.random(in: 1...6), context.isReplaying, context.info.id)
            return payment.total + numbers.reduce(0, +) + outcomes.count
        }
        let servables: [any Servable] = [workflow, charge, ping, child]
        #expect(servables.map(\.name) == ["order", "charge-card", "ping", "child"])

        // Compiles; nothing listens.
        _ = { () async throws in
            let run = try await workflow.start(
                Order(id: "1"), id: "order-1", idPolicy: .replace, signal: SignalMessage("approve", true, id: "s"))
            try await run.signal("approve", true, id: "s")
            try await run.signal("stop")
            _ = try await run.value("progress", as: Double.self)
            _ = try await run.status().reason
            try await run.cancel()
            try await run.terminate()
            do {
                _ = try await run.result()
            } catch let error as WorkflowFailed {
                print(error.workflowID, error.message, error.type, error.step)
            } catch is WorkflowCancelled {}
            _ = try await workflow.start(Order(id: "1"), id: "order-1", idPolicy: .reject)
            try await client.serve(servables)
        }
    }
}
