internal import AetherJSON
internal import AetherProtocol
internal import ArgumentParser
internal import GRPCCore
internal import SwiftProtobuf

/// `aether workflow signal`.
struct WorkflowSignalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Sends a message to a workflow.",
        discussion: """
            When the command is done, the workflow has the signal, durably; it need not have run yet. It takes each \
            --signal-id once, so that a command whose answer was lost can be repeated.
            """)

    @Argument(help: "The workflow's id.")
    var id: String

    @Argument(help: "The signal's name: what the workflow waits for.")
    var name: String

    @Option(help: "What goes with it, as JSON, @FILE or - for standard input. Default: null.")
    var payload: String?

    @Option(name: .customLong("signal-id"), help: "The id of the signal. Default: a new UUID.")
    var signalID: String?

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let payload = try WorkflowInput.canonical(payload, option: "--payload")
        let signalID = signalID.flatMap { $0.isEmpty ? nil : $0 } ?? WorkflowIDGenerator.make()
        let request = Aether_V1_SignalRequest.with {
            $0.workflowID = id
            $0.name = name
            $0.payload = payload
            $0.signalID = signalID
        }
        try await ServerConnection.open(connection) { server in
            _ = try await server.client.signalWorkflow(request, options: server.options)
        }
        let document = JSONValue.object([
            "id": .string(id), "signal": .string(name), "signalId": .string(signalID),
        ])
        try StandardOutput().writeLine(
            connection.json ? document.text : Cell.visible("Sent signal \"\(name)\" to \(id)."))
    }
}
