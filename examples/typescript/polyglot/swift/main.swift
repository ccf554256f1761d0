// One half in Swift, one in TypeScript: each has a workflow that calls an activity of the other. See README.md.
import Aether
import Foundation

struct Invoice: Codable, Sendable {
    var customer: String
    var cents: Int
    var country: String
}

struct UnknownCountry: Error, CustomStringConvertible {
    var country: String
    var description: String { "nobody knows the taxes of \(country)" }
}

let client = AetherClient(
    serverURL: ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233")

// Called by the workflow "bill", which is in TypeScript.
let addTax = client.activity("add-tax") { (_, invoice: Invoice) in
    guard let percent = ["de": 19, "fr": 20][invoice.country] else { throw UnknownCountry(country: invoice.country) }
    return invoice.cents + invoice.cents * percent / 100
}

// Done by the TypeScript worker. Declared without a function it is known by its name and types only.
let render = client.activity("render", input: Invoice.self, output: String.self)

let remind = client.workflow("remind") { (context, invoice: Invoice) in
    try await context.activity(render, invoice)
}

try await client.serve([remind, addTax])
