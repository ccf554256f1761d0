import Aether
import EndToEndScript

struct LinesInput: Codable, Sendable {
    var path: String
    var steps: Int
}

/// The workflows of the worker process, as its clients know them: nothing here runs them.
struct Workflows: Sendable {
    let lines: Workflow<LinesInput, Int>
    let tenSteps: Workflow<Int, Int>
    let failing: Workflow<Int, Int>
    let stubborn: Workflow<String, Int>
    let concurrent: Workflow<String, [String]>
    let big: Workflow<Int, String>
    let script: Workflow<Script, [String]>
    let memoryScript: Workflow<Script, [String]>
    let snapshotScript: Workflow<Script, [String]>

    init(_ server: RunningServer) {
        let client = server.client()
        lines = client.workflow("lines") { (_, input: LinesInput) in input.steps }
        tenSteps = client.workflow("ten-steps") { (_, input: Int) in input }
        failing = client.workflow("failing") { (_, input: Int) in input }
        stubborn = client.workflow("stubborn") { (_, _: String) in 0 }
        concurrent = client.workflow("concurrent") { (_, path: String) in [path] }
        big = client.workflow("big") { (_, bytes: Int) in "\(bytes)" }
        script = ScriptWorkflow(client).workflow
        memoryScript = ScriptWorkflow(client, persistence: .memory, type: "script-memory").workflow
        snapshotScript = ScriptWorkflow(client, persistence: .snapshot, type: "script-snapshot").workflow
    }
}
