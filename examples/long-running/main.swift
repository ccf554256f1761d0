// An activity that takes long and survives its worker: the next attempt goes on where the last one said it was. See
// README.md.
import Aether
import Foundation

struct Film: Codable, Sendable {
    var name: String
    var chunks: Int
}

let environment = ProcessInfo.processInfo.environment
let pause = environment["CHUNK_MS"].flatMap { Int($0) } ?? 200
let client = AetherClient(serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233")

/// Writes a line at once: `print` holds back what goes to a pipe.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

let transcode = client.activity(
    "transcode", retry: .exponential(initial: .milliseconds(100), attempts: 10), heartbeatTimeout: .seconds(2)
) { (context, film: Film) in
    // What the attempt before said last; the first one begins at the beginning.
    let done = try context.lastHeartbeatDetails(as: Int.self) ?? 0
    say("attempt \(context.attempt) begins after chunk \(done)")
    for chunk in (done + 1)...film.chunks {
        try await Task.sleep(for: .milliseconds(pause))
        say("chunk \(chunk)")
        // Tells that the attempt is alive and how far it is; throws when the run was cancelled.
        try await context.heartbeat(chunk)
    }
    return "\(film.name).webm"
}

let publish = client.workflow("publish-film") { (context, film: Film) in
    let file = try await context.activity(transcode, film)
    // A wait that costs nothing and survives everything; it could be days.
    try await context.sleep(.milliseconds(100))
    return try await context.step("publish") { "\(file) is out" }
}

try await client.serve([publish, transcode]) { _ in
    say(try await publish.startAndWait(Film(name: "sunrise", chunks: 10), id: "sunrise"))
}
