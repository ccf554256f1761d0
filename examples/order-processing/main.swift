// Takes an order through inventory, reservation, payment and shipping. When a later step fails, what the earlier ones
// did is undone: see README.md.
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
let ledger = Ledger(path: environment["ORDER_LEDGER"] ?? "order-ledger.txt")
let client = AetherClient(serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233")

let processOrder = client.workflow("process-order") { (context, order: Order) in
    try await context.step("check-inventory") {
        guard order.item != "unobtainium" else { throw OutOfStock(item: order.item) }
    }
    let reservation = try await context.step("reserve") {
        try ledger.write("reserved", order, key: StepContext.current?.idempotencyKey)
    }
    do {
        let payment = try await context.step("charge") {
            guard order.card != "expired" else { throw CardDeclined(card: order.card) }
            return try ledger.write("charged", order, key: StepContext.current?.idempotencyKey)
        }
        do {
            let shipment = try await context.step("ship") {
                guard order.quantity <= 100 else { throw OutOfStock(item: order.item) }
                return try ledger.write("shipped", order, key: StepContext.current?.idempotencyKey)
            }
            return Receipt(payment: payment, shipment: shipment)
        } catch let failure as StepFailed {
            try await context.step("refund") {
                try ledger.write("refunded \(payment)", order, key: StepContext.current?.idempotencyKey)
            }
            throw failure
        }
    } catch let failure as StepFailed {
        try await context.step("release") {
            try ledger.write("released \(reservation)", order, key: StepContext.current?.idempotencyKey)
        }
        throw failure
    }
}

try await client.serve([processOrder]) { _ in
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
