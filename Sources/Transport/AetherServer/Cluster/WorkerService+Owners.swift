internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import SwiftProtobuf

/// Workers that have tasks of other servers' runs too.
extension WorkerService {
    /// Registers a worker here and at every other server, which keeps what it has of that server's runs.
    func register(
        _ request: Aether_V1_RegisterRequest, _ peers: Peers
    ) async throws -> Aether_V1_RegisterResponse {
        var parts: [String: Aether_V1_RegisterRequest] = [:]
        var here = request.withoutTasks
        var unknown: [String] = []
        for index in request.heldTaskIds.indices {
            guard let run = TaskID(request.heldTaskIds[index])?.workflow else { continue }
            do throws(EngineError) {
                if let peer = try peers.owner(of: run) {
                    parts[peer.node.id, default: request.withoutTasks].addTask(index, of: request)
                } else {
                    here.addTask(index, of: request)
                }
            } catch {
                // Nobody says now that it is not the worker's.
                unknown.append(request.heldTaskIds[index])
            }
        }
        var response = try await registerHere(here)
        let remote = try await withThrowingTaskGroup(of: [String].self) { group in
            for link in peers.links {
                let part = parts[link.peer.node.id] ?? request.withoutTasks
                group.addTask {
                    do {
                        return try await link.introduce(part).keptTaskIds
                    } catch let error as RPCError where error.code != .alreadyExists {
                        return part.heldTaskIds
                    }
                }
            }
            return try await group.reduce(into: unknown) { $0 += $1 }
        }
        let seen = Dictionary(zip(request.heldTaskIds, request.heldSequences), uniquingKeysWith: { $1 })
        peers.workers.register(request, elsewhere: remote.map { ($0, seen[$0] ?? 0) })
        response.keptTaskIds += remote
        return response
    }

    /// A worker's stream has begun, or is over.
    func share(_ worker: String, isConnected: Bool) async {
        guard let peers else { return }
        if isConnected {
            peers.workers.connect(worker)
            for link in peers.links { link.connect(worker) }
        } else {
            peers.workers.disconnect(worker)
            for link in peers.links { await link.disconnect(worker) }
        }
    }

    /// Has the owner of a task's run answer.
    func answer<Request: Message, Response: Message>(
        _ task: String, _ method: MethodDescriptor, _ request: Request, here: () async throws -> Response
    ) async throws -> Response {
        guard let run = TaskID(task)?.workflow, let peer = try await peers?.nextOwner(of: run) else {
            return try await here()
        }
        return try await peer.call(method, request)
    }

    /// Takes what a worker reports, each of its runs at its owner.
    func advance(_ request: AdvanceRequest, _ peers: Peers) async throws -> AdvanceResponse {
        var here: [Int] = []
        var elsewhere: [String: (peer: Peer, indices: [Int])] = [:]
        var answers = request.reports.map {
            AdvanceResponse.Answer(task: $0.task, .later("its server can't be reached"))
        }
        for (index, report) in request.reports.enumerated() {
            do throws(EngineError) {
                if let run = TaskID(report.task)?.workflow, let peer = try peers.owner(of: run) {
                    elsewhere[peer.node.id, default: (peer, [])].indices.append(index)
                } else {
                    here.append(index)
                }
            } catch {
                answers[index].acknowledgement = .later(error.message)
            }
        }
        if here.count == request.reports.count { return try await advanceHere(request) }
        let (groups, own) = (Array(elsewhere.values), here)
        let results = await withTaskGroup(of: (indices: [Int], answers: [AdvanceResponse.Answer]).self) { group in
            for (peer, indices) in groups {
                group.addTask { (indices, (try? await peer.advance(request.part(indices)).answers) ?? []) }
            }
            if !own.isEmpty {
                group.addTask { (own, (try? await advanceHere(request.part(own)).answers) ?? []) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for (indices, part) in results {
            for (index, answer) in zip(indices, part) { answers[index] = answer }
        }
        return AdvanceResponse(answers: answers)
    }

    /// Takes the ends of many tasks, each at its run's owner.
    func completeSteps(
        _ request: Aether_V1_CompleteStepsRequest, _ peers: Peers
    ) async throws -> Aether_V1_CompleteStepsResponse {
        var here: [Int] = []
        var elsewhere: [String: (peer: Peer, indices: [Int])] = [:]
        for (index, step) in request.steps.enumerated() {
            if let run = TaskID(step.taskID)?.workflow, let peer = try await peers.nextOwner(of: run) {
                elsewhere[peer.node.id, default: (peer, [])].indices.append(index)
            } else {
                here.append(index)
            }
        }
        if elsewhere.isEmpty { return await completeHere(request) }
        var answers = request.steps.map { step in
            Aether_V1_CompleteStepAnswer.with { $0.taskID = step.taskID }
        }
        let (groups, own) = (Array(elsewhere.values), here)
        let results = try await withThrowingTaskGroup(
            of: (indices: [Int], answers: [Aether_V1_CompleteStepAnswer]).self
        ) { group in
            for (peer, indices) in groups {
                let part = Aether_V1_CompleteStepsRequest.with { $0.steps = indices.map { request.steps[$0] } }
                group.addTask {
                    let response: Aether_V1_CompleteStepsResponse = try await peer.call(
                        Aether_V1_WorkerService.Method.CompleteSteps.descriptor, part)
                    return (indices, response.answers)
                }
            }
            let part = Aether_V1_CompleteStepsRequest.with { $0.steps = own.map { request.steps[$0] } }
            group.addTask { (own, await completeHere(part).answers) }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for (indices, part) in results {
            for (index, answer) in zip(indices, part) { answers[index] = answer }
        }
        return .with { $0.answers = answers }
    }
}

extension AdvanceRequest {
    fileprivate func part(_ indices: [Int]) -> AdvanceRequest {
        AdvanceRequest(workerID: workerID, reports: indices.map { reports[$0] })
    }
}

extension Aether_V1_RegisterRequest {
    fileprivate var withoutTasks: Aether_V1_RegisterRequest {
        var request = self
        request.heldTaskIds = []
        request.heldSequences = []
        request.heldRecords = []
        return request
    }

    fileprivate mutating func addTask(_ index: Int, of request: Aether_V1_RegisterRequest) {
        heldTaskIds.append(request.heldTaskIds[index])
        if index < request.heldSequences.count { heldSequences.append(request.heldSequences[index]) }
        if index < request.heldRecords.count { heldRecords.append(request.heldRecords[index]) }
    }
}
