internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import Foundation
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow start`.
struct WorkflowStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Starts a workflow.",
        discussion: """
            Starting twice with one --id, type and input gives the same run. With --wait the result is printed, and \
            the exit code is 1 when the workflow failed or was cancelled; --timeout then limits the whole wait, which \
            has no limit otherwise.
            """)

    @Argument(help: "The workflow's type: the name it was registered under.")
    var type: String

    @Option(help: "The input as JSON, @FILE or - for standard input. Default: null.")
    var input: String?

    @Option(help: "The id of the run. Default: a new UUID.")
    var id: String?

    @Flag(help: "Wait for the end and print the result.")
    var wait = false

    @Flag(
        inversion: .prefixedNo,
        help: "With --wait: tell on standard error what happens meanwhile. Default: if that is a terminal.")
    var follow: Bool?

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if follow == true, !wait { throw ValidationError("--follow needs --wait") }
    }

    func run() async throws {
        let id = id ?? WorkflowIDGenerator.make()
        let input = try WorkflowInput.canonical(input)
        let request = Aether_V1_StartWorkflowRequest.with {
            $0.workflowType = type
            $0.workflowID = id
            $0.input = input
        }
        let (wait, json, timeout) = (wait, connection.json, connection.timeout?.duration)
        let follow = follow ?? (!json && isatty(STDERR_FILENO) == 1)
        try await ServerConnection.open(connection) { server in
            _ = try await server.client.startWorkflow(request, options: server.options)
            guard wait else { return try printStarted(id: id, json: json) }
            if !json { StandardError.write("Started \(id)\n") }
            let end = ResultWait(connection: server, id: id, timeout: timeout)
            let result = try await Interruption.race(onInterrupt: leftRunning(id)) {
                guard follow else { return try await end.result() }
                return try await JournalFollower(id, connection: server, terminal: .current(STDERR_FILENO))
                    .during { try await end.result() }
            }
            try report(result, id: id, json: json)
        }
    }

    private func printStarted(id: String, json: Bool) throws {
        let document = JSONValue.object(["id": .string(id), "type": .string(type)])
        try StandardOutput().writeLine(json ? document.text : id)
    }

    private func leftRunning(_ id: String) -> CommandFailure {
        CommandFailure(
            "stopped waiting; the workflow goes on: see 'aether status \(id)', or end it with 'aether cancel \(id)'",
            exitCode: CommandFailure.interrupted)
    }

    private func report(_ result: Aether_V1_WorkflowResult, id: String, json: Bool) throws {
        if json { try StandardOutput().writeLine(result.json(id: id).text) }
        switch result.state {
        case .completed:
            if !json { try StandardOutput().writeLine(JSONValue(payload: result.result).text) }
        case .failed:
            throw CommandFailure("workflow \(id) FAILED: \(result.errorLine); see 'aether workflow history \(id)'")
        case .cancelled:
            throw CommandFailure("workflow \(id) was CANCELLED; see 'aether workflow history \(id)'")
        case .pending, .running, .UNRECOGNIZED:
            throw CommandFailure(
                "workflow \(id) is still \(result.state.name) after --timeout and goes on; see 'aether status \(id)'")
        }
    }
}
