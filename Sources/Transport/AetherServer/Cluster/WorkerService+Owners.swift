internal import AetherActors
internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore
internal import SwiftProtobuf

/// Workers that have tasks of other servers' runs too.
extension WorkerService {
    /// Registers a worker here and at every other server. Each is told of all its tasks and says which of its own runs' are no
    /// longer the worker's: who owns what may have changed since it was looked at last.
    func register(
        _ request: Aether_V1_RegisterRequest, _ peers: Peers
    ) async throws -> Aether_V1_RegisterResponse {
        var response = try await registerHere(request)
        let lists = try await withThrowingTaskGroup(of: [String].self) { group in
            for link in peers.links {
                group.addTask {
                    do {
                        return try await link.introduce(request).keptTaskIds
                    } catch let error as RPCError where error.code != .alreadyExists && error.code != .aborted {
                        // It is introduced again once its stream has begun.
                        return request.heldTaskIds
                    }
                }
            }
            return try await group.reduce(into: [response.keptTaskIds]) { $0.append($1) }
        }
        let kept = lists.dropFirst().reduce(Set(lists[0])) { $0.intersection($1) }
        response.keptTaskIds = request.heldTaskIds.filter(kept.contains)
        note(request, kept: response.keptTaskIds, peers.workers)
        return response
    }

    /// Takes note of a worker that has registered, here or, behind a balancer, at another server: its stream may begin here.
    func note(_ request: Aether_V1_RegisterRequest, kept: [String], _ workers: LocalWorkers) {
        let seen = Dictionary(zip(request.heldTaskIds, request.heldSequences), uniquingKeysWith: { $1 })
        let elsewhere = kept.filter { task in TaskID(task).map { !engine.serves($0.workflow) } ?? false }
        workers.register(request, elsewhere: elsewhere.map { ($0, seen[$0] ?? 0) })
    }

    /// Has the owner of a task's run answer.
    func answer<Request: Message, Response: Message>(
        _ task: String, _ method: MethodDescriptor, _ request: Request, here: () async throws -> Response
    ) async throws -> Response {
        guard let peers, let run = TaskID(task)?.workflow else { return try await here() }
        return try await peers.atOwner(of: run) { peer in
            if let peer { return try await peer.call(method, request) }
            return try await here()
        }
    }

    /// Takes what a worker reports, each of its runs at its owner.
    func advance(_ request: AdvanceRequest, _ peers: Peers) async throws -> AdvanceResponse {
        let groups = OwnerGroups(request.reports.map { TaskID($0.task)?.workflow }, peers)
        if groups.here.count == request.reports.count { return try await advanceHere(request) }
        var answers = request.reports.map {
            AdvanceResponse.Answer(task: $0.task, .later("its server can't be reached"))
        }
        for (place, error) in groups.unowned { answers[place].acknowledgement = .later(error.message) }
        let results = await groups.answers { places in
            (try? await advanceHere(request.part(places)).answers) ?? []
        } others: { peer, places in
            (try? await peer.advance(request.part(places)).answers) ?? []
        }
        for (place, answer) in results { answers[place] = answer }
        return AdvanceResponse(answers: answers)
    }

    /// Takes the ends of many tasks, each at its run's owner. What can't be told now fails the call, which may be repeated.
    func completeSteps(
        _ request: Aether_V1_CompleteStepsRequest, _ peers: Peers
    ) async throws -> Aether_V1_CompleteStepsResponse {
        let groups = await peers.nextOwners(of: request.steps.map { TaskID($0.taskID)?.workflow })
        let results = await groups.answers { places in
            await completeHere(request.part(places)).answers
        } others: { peer, places in
            let response: Aether_V1_CompleteStepsResponse? = try? await peer.call(
                Aether_V1_WorkerService.Method.CompleteSteps.descriptor, request.part(places))
            return response?.answers ?? []
        }
        guard results.count == request.steps.count else {
            throw EngineError(.unavailable, "a server that owns some of the workflows can't be reached; try again")
        }
        return .with { $0.answers = results.sorted { $0.place < $1.place }.map(\.answer) }
    }
}

extension Aether_V1_CompleteStepsRequest {
    fileprivate func part(_ places: [Int]) -> Aether_V1_CompleteStepsRequest {
        .with { $0.steps = places.map { steps[$0] } }
    }
}

extension AdvanceRequest {
    fileprivate func part(_ indices: [Int]) -> AdvanceRequest {
        AdvanceRequest(workerID: workerID, reports: indices.map { reports[$0] })
    }
}
