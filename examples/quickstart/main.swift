import Aether
import Foundation

struct Greeting: Codable, Sendable { var message: String }

let server = ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233"
let client = AetherClient(serverURL: server)

let helloWorld = client.workflow("hello-world") { (context, name: String) in
    let greeting = try await context.step("create-greeting") { "Hello, \(name)!" }
    try await context.step("log-greeting") { print("log: \(greeting)") }
    return Greeting(message: greeting)
}

try await client.serve([helloWorld]) { _ in
    let run = try await helloWorld.start("World")
    print("started \(run.id)")
    print(try await run.result().message)
}
