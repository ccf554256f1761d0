// The worker process of the end-to-end tests: serves the workflows below until it is killed.
// Environment: AETHER_SERVER, WORKER_ID, MAX_TASKS, MAX_RUNS; OTEL_EXPORTER_OTLP_ENDPOINT, where its spans go; CODE, the operations of the workflow "code" as JSON.
import Aether
import AetherTracing
import EndToEndScript
import Foundation
import Tracing

struct LinesInput: Codable, Sendable {
    var path: String
    var steps: Int
}

struct CardDeclined: Error, CustomStringConvertible { var description: String { "card declined" } }

let environment = ProcessInfo.processInfo.environment
var configuration = AetherClient.Configuration()
configuration.startsServer = false
if let places = environment["MAX_TASKS"].flatMap(Int.init) { configuration.maximumConcurrentTasks = places }
if let runs = environment["MAX_RUNS"].flatMap(Int.init) { configuration.maximumRunsInMemory = runs }
let client = AetherClient(
    serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233", workerID: environment["WORKER_ID"],
    configuration: configuration)

// Each step writes "run k"; when its result has come back, and only live, the workflow writes "ack k".
let lines = client.workflow("lines") { (context, input: LinesInput) in
    for number in 1...input.steps {
        try await context.step("line-\(number)") {
            try append("run \(number)", to: input.path)
            tell("ran \(number)")
        }
        if !context.isReplaying { try append("ack \(number)", to: input.path) }
    }
    return input.steps
}

let tenSteps = client.workflow("ten-steps") { (context, input: Int) in
    var sum = 0
    for number in 1...10 { sum += try await context.step("add") { input * number } }
    return sum
}

let failing = client.workflow("failing") { (context, _: Int) in
    try await context.step("charge") { () -> Int in throw CardDeclined() }
}

// Waits in a step until it is cancelled, and cleans up.
let stubborn = client.workflow("stubborn") { (context, path: String) -> Int in
    do {
        try await context.step("wait") {
            tell("waiting")
            try await Task.sleep(for: .seconds(3600))
        }
    } catch is CancellationError {
        try await context.step("clean-up") { try append("cleaned up", to: path) }
        throw CancellationError()
    }
    return 0
}

let concurrent = client.workflow("concurrent") { (context, path: String) -> [String] in
    async let first = context.step("a") { () -> String in
        try append("a", to: path)
        return "a"
    }
    async let second = context.step("b") { () -> String in
        try append("b", to: path)
        return "b"
    }
    let pair = try await [first, second]
    let third = try await context.step("c") { () -> String in
        tell("c")
        try append("c", to: path)
        return "c"
    }
    return pair + [third]
}

let big = client.workflow("big") { (context, bytes: Int) in
    try await context.step("grow") { String(repeating: "x", count: bytes) }
}

let script = ScriptWorkflow(client)
let memoryScript = ScriptWorkflow(client, persistence: .memory, type: "script-memory")
let snapshotScript = ScriptWorkflow(client, persistence: .snapshot, type: "script-snapshot")

struct ElsewhereInput: Codable, Sendable {
    var activity: String
    var service: String
    var order: Int
    var attempts: Int
    var timeoutMilliseconds: Int?
    var heartbeatMilliseconds: Int?
}

// Calls an activity that is done by workers of another language.
let callElsewhere = client.workflow("call-elsewhere") { (context, input: ElsewhereInput) in
    let activity = client.activity(
        input.activity, input: Int.self, output: AnyJSON.self,
        retry: .exponential(initial: .milliseconds(10), attempts: input.attempts),
        timeout: input.timeoutMilliseconds.map { .milliseconds($0) },
        heartbeatTimeout: input.heartbeatMilliseconds.map { .milliseconds($0) },
        service: input.service.isEmpty ? nil : input.service)
    return try await context.activity(activity, input.order, cancellation: .wait)
}

let code = ScriptWorkflow.code(
    client,
    try environment["CODE"].map { try JSONDecoder().decode([Script.Operation].self, from: Data($0.utf8)) } ?? [])

let servables: [any Servable] = [
    lines, tenSteps, failing, stubborn, concurrent, big, script.workflow, script.activity, memoryScript.workflow,
    snapshotScript.workflow, callElsewhere, code,
]

tell("started")
if environment["OTEL_EXPORTER_OTLP_ENDPOINT"] != nil {
    let tracer = try OTLPTracer(serviceName: "worker")
    InstrumentationSystem.bootstrap(tracer)
    try await tracer.exporting { try await client.serve(servables) }
} else {
    try await client.serve(servables)
}
