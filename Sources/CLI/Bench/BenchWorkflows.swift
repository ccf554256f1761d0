internal import Aether
internal import Foundation

/// The workflows that benchmarks run.
struct BenchWorkflows: Sendable {
    /// What a step returns: about 60 bytes of JSON.
    struct Payload: Codable, Sendable {
        var isRight = true
        var id = 123_456
        var text = "0123456789abcdef0123456789abcdef"
    }

    struct Size: Codable, Sendable {
        var steps: Int
    }

    struct Nap: Codable, Sendable {
        var seconds: Double
    }

    /// Steps one after the other.
    let steps: Workflow<Size, Int>
    /// The same, and when each step ran, in nanoseconds of the worker's clock.
    let sequential: Workflow<Size, [Int64]>
    let fanout: Workflow<Size, Int>
    let sleep: Workflow<Nap, NoValue>
    let activities: Workflow<Size, Int>
    /// One step, then another that waits until the gate opens.
    let gated: Workflow<NoValue, NoValue>
    let activity: Activity<Payload, Payload>

    init(_ client: AetherClient, persistence: Persistence, gate: BenchGate = BenchGate()) {
        let steps = client.workflow("bench-steps", persistence: persistence) { (context, size: Size) in
            for _ in 0..<size.steps { _ = try await context.step("step") { Payload() } }
            return size.steps
        }
        let activity = client.activity("bench-activity", service: "bench") { (_: ActivityContext, payload: Payload) in
            payload
        }
        self.steps = steps
        self.activity = activity
        sequential = client.workflow("bench-sequential", persistence: persistence) { (context, size: Size) in
            var instants: [Int64] = []
            for _ in 0..<size.steps {
                instants.append(
                    try await context.step("step") { Int64(DispatchTime.now().uptimeNanoseconds) })
            }
            return instants
        }
        fanout = client.workflow("bench-fanout", persistence: persistence) { (context, size: Size) in
            try await context.parallel(over: 0..<size.steps) { _ in
                try await context.child(steps, Size(steps: 1))
            }.count
        }
        sleep = client.workflow("bench-sleep", persistence: persistence) { (context, nap: Nap) in
            try await context.sleep(.seconds(nap.seconds))
        }
        activities = client.workflow("bench-activities", persistence: persistence) { (context, size: Size) in
            for _ in 0..<size.steps { _ = try await context.activity(activity, Payload()) }
            return size.steps
        }
        gated = client.workflow("bench-gated", persistence: persistence) { (context) -> Void in
            _ = try await context.step("first") { Payload() }
            try await context.step("gated") { await gate.pass() }
        }
    }

    var all: [any Servable] { [steps, sequential, fanout, sleep, activities, gated] }
}
