// Expenses are approved in different ways, by their amount and by what people answer: see README.md.
import Aether
import Foundation

struct Expense: Codable, Sendable {
    var id: String
    var amount: Int
}

struct Decision: Codable, Sendable {
    var isApproved: Bool
    var by: String
}

let client = AetherClient(
    serverURL: ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233")

let approve = client.workflow("approve-expense") { (context, expense: Expense) in
    // A branch taken by the result of a step is taken again on every replay: the result is recorded.
    let budget = try await context.step("look-up-budget") { 5000 }
    guard expense.amount <= budget else { return "rejected: over the budget of \(budget)" }
    if expense.amount < 100 { return "approved: small" }

    let decision: Decision
    do {
        // Days are fine too: a run that waits costs nothing.
        decision = try await context.signal("decision", as: Decision.self, timeout: .milliseconds(500))
    } catch is SignalTimeout {
        // Nobody answered: whoever of the two deputies is first decides.
        decision = try await context.race(
            {
                try await context.sleep(.milliseconds(50))
                return Decision(isApproved: true, by: "the quick deputy")
            },
            {
                try await context.sleep(.hours(1))
                return Decision(isApproved: false, by: "the slow deputy")
            })
    }
    guard decision.isApproved else { return "rejected by \(decision.by)" }
    try await context.step("pay") {}
    return "approved by \(decision.by)"
}

try await client.serve([approve]) { _ in
    let dinner = try await approve.start(Expense(id: "dinner", amount: 40))
    let laptop = try await approve.start(Expense(id: "laptop", amount: 2000))
    let desk = try await approve.start(Expense(id: "desk", amount: 900))
    let yacht = try await approve.start(Expense(id: "yacht", amount: 90_000))
    try await laptop.signal("decision", Decision(isApproved: false, by: "Ada"))
    for (name, handle) in [("dinner", dinner), ("laptop", laptop), ("desk", desk), ("yacht", yacht)] {
        print("\(name): \(try await handle.result())")
    }
}
