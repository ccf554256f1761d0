// A workflow whose runs are kept by a store of one's own.
import Aether
import FileStore

let client = AetherClient.embedded(
    store: { try await FileStore(path: CommandLine.arguments.dropFirst().first ?? "greetings.log") })

let greet = client.workflow("greet") { (context, name: String) in
    let greeting = try await context.step("make") {
        print("making it")
        return "Hello, \(name)!"
    }
    try await context.sleep(.milliseconds(100))
    return greeting
}

try await client.serve([greet]) { _ in
    // The same id is the same run, however often the program is started.
    print(try await greet.startAndWait("World", id: "greet-world"))
}
