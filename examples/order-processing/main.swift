// Takes an order through inventory, reservation, payment and shipping. When one of them fails, what the earlier ones did
// is undone: see README.md.
import Aether
import Foundation

struct Order: Codable, Sendable {
    var id: String
    var item: String
    var quantity: Int
    var card: String
}

struct Receipt: Codable, Sendable {
    var payment: String
    var shipment: String
}

struct OutOfStock: Error, CustomStringConvertible {
    var item: String
    var description: String { "\(item) is out of stock" }
}

struct CardDeclined: Error, CustomStringConvertible {
    var card: String
    var description: String { "card \(card) was declined" }
}

let environment = ProcessInfo.processInfo.environment
let delay = environment["ORDER_DELAY_MS"].flatMap { Int($0) } ?? 50
let ledger = Ledger(path: environment["ORDER_LEDGER"] ?? "order-ledger.txt", delay: .milliseconds(delay))
let client = AetherClient(serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233")

let charge = client.activity(
    "charge",
    retry: .exponential(initial: .milliseconds(200), attempts: 5, nonRetryable: ["CardDeclined"]),
    timeout: .seconds(10), heartbeatTimeout: .seconds(3)
) { (context, order: Order) in
    guard order.card != "expired" else { throw CardDeclined(card: order.card) }
    try await context.heartbeat(progress: 0.5)
    return try await ledger.write("charged", order, key: context.idempotencyKey)
}

let processOrder = client.workflow("process-order") { (context, order: Order) in
    try await context.step("check-inventory") {
        guard try await ledger.stock(of: order.item) > 0 else { throw OutOfStock(item: order.item) }
    }

    let reservation = try await context.step("reserve") { try await ledger.write("reserved", order) }
    context.compensate {
        try await context.step("release") { try await ledger.write("released \(reservation)", order) }
    }

    let payment = try await context.activity(charge, order)
    context.compensate {
        try await context.step("refund") { try await ledger.write("refunded \(payment)", order) }
    }

    // The customer may change their mind. It could as well be days: while it waits, a run costs nothing.
    try await context.sleep(.seconds(1))

    let shipment = try await context.step("ship") {
        guard order.quantity <= 100 else { throw OutOfStock(item: order.item) }
        return try await ledger.write("shipped", order)
    }
    return Receipt(payment: payment, shipment: shipment)
}

try await client.serve([processOrder, charge]) { _ in
    let orders = [
        Order(id: "order-1", item: "book", quantity: 1, card: "4242"),
        Order(id: "order-2", item: "book", quantity: 1, card: "expired"),
        Order(id: "order-3", item: "book", quantity: 500, card: "4242"),
        Order(id: "order-4", item: "unobtainium", quantity: 1, card: "4242"),
    ]
    for order in orders {
        do {
            // The order's id is the run's: running the example again finds the same runs and charges nobody twice.
            let receipt = try await processOrder.startAndWait(order, id: order.id)
            print("\(order.id): paid by \(receipt.payment), sent as \(receipt.shipment)")
        } catch let failure as WorkflowFailed {
            print("\(order.id): \(failure.message) in step \(failure.step)")
        }
    }
}
