import Aether
import AetherProtocol
import AetherRuntime
import DequeModule
import GRPCCore

/// A process's way to whichever server is up: calls take time, get lost, and arrive after who made them has given up.
///
/// Unchecked for the reason of ``Scheduler``.
final class Link: ServerCalls, @unchecked Sendable {
    private let world: World
    private let name: String
    private let machine: Machine
    /// Whether nothing gets through.
    var isCut = false

    init(_ world: World, name: String, on machine: Machine) {
        self.world = world
        self.name = name
        self.machine = machine
    }

    private static let lost = RPCError(code: .unavailable, message: "the connection broke")

    private func call<Answer: Sendable>(
        _ what: String, within timeout: Duration? = nil,
        _ body: @escaping @Sendable (SimulatedServer) async throws -> Answer
    ) async throws -> Answer {
        try await world.scheduler.sleep(world.faults.networkTime())
        let fate = world.faults.fate()
        guard !isCut, let server = world.drawServer(), server.isUp, fate != .requestLost else {
            world.trace("\(name): \(what) is lost")
            try await world.scheduler.sleep(Int64.random(in: 1...500, using: &world.scheduler.random))
            throw Self.lost
        }
        world.trace("\(name): \(what)")
        let reply = Reply<Answer>()
        let work = server.perform(after: fate == .late ? 3_000 : 0, body, reply)
        if fate == .late { throw Self.lost }
        // Cancelled when the answer is there.
        let limit = timeout.map { timeout in
            Task(executorPreference: machine) { [world] in
                guard (try? await world.scheduler.sleep(timeout.milliseconds)) != nil else { return }
                reply.resolve(.failure(RPCError(code: .deadlineExceeded, message: "it took too long")))
            }
        }
        let answer = await withTaskCancellationHandler {
            await reply.answer()
        } onCancel: {
            work.cancel()
            reply.resolve(.failure(CancellationError()))
        }
        limit?.cancel()
        try await world.scheduler.sleep(world.faults.networkTime())
        if isCut || fate == .answerLost {
            world.trace("\(name): the answer to \(what) is lost")
            throw Self.lost
        }
        if case .failure(let error) = answer { world.trace("\(name): \(what) fails: \(error)") }
        return try answer.get()
    }

    func startWorkflow(_ request: Aether_V1_StartWorkflowRequest) async throws -> String {
        try await call("start \(request.workflowID)") { [world] server in
            let id = try await server.connection.startWorkflow(request)
            world.history.acknowledgeStart(id)
            return id
        }
    }

    func getWorkflowStatus(_ request: Aether_V1_GetStatusRequest) async throws -> Aether_V1_WorkflowStatus {
        try await call("status of \(request.workflowID)") { try await $0.connection.getWorkflowStatus(request) }
    }

    func awaitResult(of id: String) async throws -> Aether_V1_WorkflowResult {
        try await call("result of \(id)") { [world] server in
            let result = try await server.connection.awaitResult(of: id)
            world.history.acknowledgeResult(of: id, result)
            return result
        }
    }

    func cancelWorkflow(_ request: Aether_V1_CancelRequest) async throws {
        try await call("cancel \(request.workflowID)") { [world] server in
            try await server.connection.cancelWorkflow(request)
            world.history.acknowledgeCancel(of: request.workflowID)
        }
    }

    func terminateWorkflow(_ request: Aether_V1_TerminateRequest) async throws {
        try await call("terminate \(request.workflowID)") { [world] server in
            try await server.connection.terminateWorkflow(request)
            world.history.acknowledgeEnd(of: request.workflowID)
        }
    }

    func signalWorkflow(_ request: Aether_V1_SignalRequest) async throws {
        try await call("signal \(request.signalID)") { [world] server in
            try await server.connection.signalWorkflow(request)
            world.history.acknowledgeSignal(request.signalID, to: request.workflowID)
        }
    }

    func getValue(_ request: Aether_V1_GetValueRequest) async throws -> Aether_V1_GetValueResponse {
        try await call("value of \(request.workflowID)") { try await $0.connection.getValue(request) }
    }

    func register(_ request: Aether_V1_RegisterRequest) async throws -> Aether_V1_RegisterResponse {
        try await call("register with \(request.heldTaskIds.count) tasks") { try await $0.connection.register(request) }
    }

    func advance(_ request: AdvanceRequest, timeout: Duration?) async throws -> AdvanceResponse {
        try await call("advance \(request.summary)", within: timeout) { [world] server in
            let response = try await server.connection.advance(request, timeout: nil)
            world.history.acknowledge(request, response)
            return response
        }
    }

    func completeStep(_ request: Aether_V1_CompleteStepRequest, timeout: Duration?) async throws {
        try await call("complete \(request.taskID)", within: timeout) { [world] server in
            try await server.connection.completeStep(request, timeout: nil)
            world.history.acknowledgeActivity(request.taskID)
        }
    }

    func heartbeat(
        _ request: Aether_V1_HeartbeatRequest, timeout: Duration?
    ) async throws -> Aether_V1_HeartbeatResponse {
        try await call("heartbeat \(request.taskID)", within: timeout) {
            try await $0.connection.heartbeat(request, timeout: nil)
        }
    }

    func pollTasks(
        _ request: Aether_V1_PollRequest, accepted: @escaping @Sendable () -> Void,
        take: @escaping @Sendable (Aether_V1_Task) -> Void
    ) async throws {
        try await world.scheduler.sleep(world.faults.networkTime())
        guard !isCut, let server = world.drawServer(), server.isUp else {
            try await world.scheduler.sleep(100)
            throw Self.lost
        }
        world.trace("\(name): poll")
        let stream = TaskLink()
        // Ends with the stream, or with the server.
        stream.serving = Task(executorPreference: server.machine) {
            do {
                try await server.connection.pollTasks(request) {
                    stream.put(.accepted)
                } take: {
                    stream.put(.task($0))
                }
                stream.end(Self.lost)
            } catch {
                stream.end(error)
            }
        }
        server.add(stream, of: name)
        try await withTaskCancellationHandler {
            while true {
                let message = try await stream.next()
                try await world.scheduler.sleep(world.faults.networkTime())
                while isCut { try await world.scheduler.sleep(50) }
                if let error = stream.brokenOff { throw error }
                switch message {
                case .accepted: accepted()
                case .task(let task):
                    world.trace("\(name) gets \(task.kind) \(task.taskID)")
                    take(task)
                }
            }
        } onCancel: {
            stream.breakOff(CancellationError())
            stream.serving?.cancel()
        }
    }
}

/// One answer, whoever gives it first. Unchecked for the reason of ``Scheduler``.
final class Reply<Answer: Sendable>: @unchecked Sendable {
    private var result: Result<Answer, any Error>?
    private var waiter: UnsafeContinuation<Result<Answer, any Error>, Never>?
    /// Whether no answer arrives any more, which who waits does not know yet.
    private var isCut = false

    func cut() {
        isCut = true
    }

    /// Who waits gives up.
    func giveUp(_ error: any Error) {
        isCut = false
        resolve(.failure(error))
    }

    func resolve(_ new: Result<Answer, any Error>) {
        guard result == nil, !isCut else { return }
        result = new
        waiter?.resume(returning: new)
        waiter = nil
    }

    func answer() async -> Result<Answer, any Error> {
        await withUnsafeContinuation { continuation in
            if let result { continuation.resume(returning: result) } else { waiter = continuation }
        }
    }
}

/// The messages of one stream of tasks on their way. Unchecked for the reason of ``Scheduler``.
final class TaskLink: @unchecked Sendable {
    enum Message { case accepted, task(Aether_V1_Task) }

    var serving: Task<Void, Never>?
    private var messages: Deque<Message> = []
    private var ending: (any Error)?
    /// Why what is still on its way does not arrive.
    private(set) var brokenOff: (any Error)?
    private var waiter: UnsafeContinuation<Void, Never>?

    func put(_ message: Message) {
        guard ending == nil else { return }
        messages.append(message)
        ring()
    }

    /// Nothing comes behind what is on its way.
    func end(_ error: any Error) {
        ending = ending ?? error
        ring()
    }

    /// What is on its way is lost too.
    func breakOff(_ error: any Error) {
        brokenOff = brokenOff ?? error
        messages = []
        end(error)
    }

    func next() async throws -> Message {
        while true {
            if let message = messages.popFirst() { return message }
            if let ending { throw ending }
            await withUnsafeContinuation { waiter = $0 }
        }
    }

    private func ring() {
        waiter?.resume()
        waiter = nil
    }
}

extension AdvanceRequest {
    fileprivate var summary: String {
        reports.map { report in
            let last = report.givesBack ? "back" : report.waitingAt.map { "rest \($0)" } ?? ""
            return "\(report.task)[\(report.firstRecord)+\(report.records.count)]\(last)"
        }.joined(separator: " ")
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
