// A script that survives being killed: run it again, and it goes on where it was.
import Aether
import Foundation

let client = AetherClient.embedded(database: "report.db")

let report = client.workflow("report") { (context, day: String) in
    var visitors = 0
    for region in ["north", "east", "south", "west"] {
        visitors += try await context.step("count-\(region)") {
            say("counting \(region)")
            try await Task.sleep(for: .milliseconds(500))
            return region.utf8.count * 100
        }
    }
    return "\(day): \(visitors) visitors"
}

/// Writes a line at once: `print` holds back what goes to a pipe.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}

try await client.serve([report]) { _ in
    // The same id is the same run, however often the script is started.
    say(try await report.startAndWait("Monday", id: "report-monday"))
}
