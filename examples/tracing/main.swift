// An order whose spans are sent to an OpenTelemetry collector: see README.md.
import Aether
import AetherTracing
import Foundation
import Tracing

let environment = ProcessInfo.processInfo.environment
let tracer = try OTLPTracer(serviceName: "shop")
InstrumentationSystem.bootstrap(tracer)

let client = AetherClient(serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233")

let charge = client.activity("charge") { (_, order: String) in "\(order) is paid" }

let ship = client.workflow("ship") { (context, order: String) in
    try await context.step("pack") {
        // Spans of your own are part of the step's.
        withSpan("wrap") { _ in "\(order) is on its way" }
    }
}

let order = client.workflow("order") { (context, order: String) in
    let reserved = try await context.step("reserve") { "\(order) is reserved" }
    let paid = try await context.activity(charge, order)
    return [reserved, paid, try await context.child(ship, order)]
}

try await tracer.exporting {
    try await client.serve([order, charge, ship]) { _ in
        try await withSpan("checkout") { _ in
            for line in try await order.startAndWait("book-1", id: "book-1") { print(line) }
        }
    }
}
