// A worker whose workflows have all that a page can show: the dashboard's tests, its screenshots and whoever works on it run it.
import Aether
import Foundation

struct Order: Codable, Sendable {
    var item: String
    var quantity: Int
    /// How often the card is refused before it is charged.
    var refusals: Int?
    /// Whether it waits for the signal "approved".
    var needsApproval: Bool?
}

struct Refused: Error, CustomStringConvertible {
    var description: String { "the bank did not answer in time" }
}

struct OutOfStock: Error, CustomStringConvertible {
    var item: String
    var description: String { "\(item) is out of stock" }
}

let environment = ProcessInfo.processInfo.environment
let client = AetherClient(
    serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233",
    workerID: environment["AETHER_WORKER_ID"] ?? "shop-1")

let charge = client.activity(
    "charge-card", retry: .exponential(initial: .milliseconds(300), factor: 2, attempts: 6), timeout: .seconds(10)
) { (context, order: Order) in
    try await Task.sleep(for: .milliseconds(250))
    guard context.attempt > order.refusals ?? 0 else { throw Refused() }
    return "payment of \(order.quantity) × \(order.item)"
}

let invoice = client.workflow("invoice") { (context, order: Order) in
    let page = try await context.step("render") {
        try await Task.sleep(for: .milliseconds(150))
        return "<h1>Invoice</h1> \(order.item) \"\(order.quantity)\""
    }
    try await context.sleep(.milliseconds(300))
    return page
}

let processOrder = client.workflow("process-order") { (context, order: Order) in
    try await context.step("check-inventory") {
        try await Task.sleep(for: .milliseconds(80))
        if order.quantity > 100 { throw OutOfStock(item: order.item) }
    }
    try await context.step("reserve") { try await Task.sleep(for: .milliseconds(120)) }
    if order.needsApproval == true {
        try await context.set("state", "waiting for approval")
        let by = try await context.signal("approved", as: String.self)
        try await context.set("state", "approved by \(by)")
    }
    let payment = try await context.activity(charge, order)
    let bill = try await context.startChild(invoice, order)
    try await context.parallel(
        { try await context.step("pack") { try await Task.sleep(for: .milliseconds(400)) } },
        {
            try await context.step("print-label") { try await Task.sleep(for: .milliseconds(150)) }
            try await context.step("book-courier") { try await Task.sleep(for: .milliseconds(200)) }
        })
    try await context.sleep(.seconds(1))
    let page = try await bill.result()
    return ["payment": payment, "invoice": page]
}

let nightlyReport = client.workflow("nightly-report") { (context, name: String) in
    try await context.step("collect") { try await Task.sleep(for: .milliseconds(100)) }
    try await context.sleep(.seconds(3600))
    return name
}

/// Echoes what it is given, whatever that is.
let echo = client.workflow("echo") { (context, text: String) in
    try await context.step("look at \(text.prefix(40))") { text }
}

/// As many steps as it is told, for a long history.
let count = client.workflow("count") { (context, steps: Int) in
    for number in 0..<steps { try await context.step("count") { number } }
    return steps
}

/// `dashboard-worker fill N` starts so many workflows that nobody serves, and ends.
if CommandLine.arguments.dropFirst().first == "fill", let count = CommandLine.arguments.last.flatMap({ Int($0) }) {
    let waiting = client.workflow("nobody-serves-it") { (_, number: Int) in number }
    for first in stride(from: 0, to: count, by: 1_000) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in first..<min(first + 1_000, count) {
                group.addTask { _ = try await waiting.start(number, id: "filled-\(number)") }
            }
            try await group.waitForAll()
        }
    }
    exit(0)
}

try await client.serve([processOrder, invoice, nightlyReport, echo, count, charge])
