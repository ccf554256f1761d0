// A trip is booked by workflows that start others: see README.md.
import Aether
import Foundation

struct Trip: Codable, Sendable {
    var name: String
    var city: String
    var parts: [String]
}

struct SoldOut: Error, CustomStringConvertible {
    var what: String
    var description: String { "no \(what) left" }
}

let client = AetherClient(
    serverURL: ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233")

let book = client.workflow("book") { (context, what: String) in
    try await context.step("book") {
        guard what != "submarine" else { throw SoldOut(what: what) }
        return "\(what) booked"
    }
}

let remind = client.workflow("remind") { (context, name: String) in
    try await context.sleep(.milliseconds(200))
    return try await context.step("mail") { "reminded of \(name)" }
}

let planTrip = client.workflow("plan-trip") { (context, trip: Trip) in
    // Goes on by itself, also when the trip is planned: nobody waits for it.
    try await context.startChild(remind, trip.name, id: "\(trip.name)-reminder", policy: .abandon)

    // All at once; each is a workflow with a history of its own.
    var plan = try await context.parallel(over: trip.parts) { part in
        try await context.child(book, "\(part) to \(trip.city)")
    }

    // What a child fails with is an error here like any other.
    do {
        plan.append(try await context.child(book, "submarine"))
    } catch let error as WorkflowFailed {
        plan.append("no submarine: \(error.message)")
    }

    // Started now, needed later.
    let guide = try await context.startChild(book, "guide")
    let map = try await context.step("print-map") { "map of \(trip.city)" }
    plan += [map, try await guide.result()]
    return plan
}

try await client.serve([planTrip, book, remind]) { client in
    let trip = Trip(name: "lisbon", city: "Lisbon", parts: ["flight", "hotel", "tram"])
    for line in try await planTrip.startAndWait(trip, id: trip.name) { print(line) }
    // The abandoned child is found by its id, as any run is.
    print(try await remind.startAndWait(trip.name, id: "lisbon-reminder"))
}
