// What can go wrong in a workflow, and what each is done about: see README.md.
import Aether
import Foundation

struct ServiceDown: Error, CustomStringConvertible {
    var attempt: Int
    var description: String { "the rate service did not answer attempt \(attempt)" }
}

let client = AetherClient(
    serverURL: ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233")

// Fails at each attempt with an error that another attempt can't mend: retries stop at once.
let transfer = client.activity(
    "transfer", retry: .exponential(initial: .milliseconds(50), attempts: 5), timeout: .seconds(5)
) { (_, account: String) -> String in
    throw NonRetryableError("account \(account) is closed")
}

let payOut = client.workflow("pay-out") { (context, account: String) in
    var report: [String] = []

    // Retried with growing pauses until it works: the workflow sees the result alone.
    let rate = try await context.step(
        "fetch-rate", retry: .exponential(initial: .milliseconds(20), factor: 2, maximum: .seconds(1), attempts: 5)
    ) {
        let attempt = StepContext.current?.attempt ?? 1
        guard attempt > 2 else { throw ServiceDown(attempt: attempt) }
        return 1.5
    }
    report.append("rate \(rate), after two failures")

    // Takes too long, at every attempt: there is another way.
    do {
        try await context.step("slow-check", retry: .exponential(attempts: 2), timeout: .milliseconds(100)) {
            try await Task.sleep(for: .seconds(60))
        }
    } catch let error as StepFailed {
        let checked = try await context.step("quick-check") { "quick check" }
        report.append("\(checked), because step \(error.step) \(error.message)")
    }

    // An activity whose attempts are used up, or make no sense, throws what the last one threw.
    do {
        report.append(try await context.activity(transfer, account))
    } catch let error as ActivityFailed {
        report.append("not transferred: \(error.message)")
    }
    return report
}

// What nobody catches is the end: the workflow is FAILED, with the message and the step.
let doomed = client.workflow("doomed") { context in
    try await context.step("charge") { throw NonRetryableError("the card was declined") }
}

try await client.serve([payOut, doomed, transfer]) { _ in
    for line in try await payOut.startAndWait("DE-17", id: "pay-out") { print(line) }
    do {
        try await doomed.startAndWait(id: "doomed")
    } catch let error as WorkflowFailed {
        print("doomed failed in step \(error.step): \(error.message)")
    }
}
