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
        let groups = OwnerGroups(request.heldTaskIds.map { TaskID($0)?.workflow }, peers)
        var response = try await registerHere(request.with(tasks: groups.here))
        let parts = Dictionary(
            groups.elsewhere.map { ($0.peer.node.id, $0.places) }, uniquingKeysWith: { $1 })
        let links = peers.links
        // Of what nobody says now that it is not the worker's, it keeps all.
        let linked = Set(links.map(\.peer.node.id))
        let unasked = groups.unowned.map(\.place) + parts.filter { !linked.contains($0.key) }.flatMap(\.value)
        let remote = try await withThrowingTaskGroup(of: [String].self) { group in
            for link in links {
                let part = request.with(tasks: parts[link.peer.node.id] ?? [])
                group.addTask {
                    do {
                        return try await link.introduce(part).keptTaskIds
                    } catch let error as RPCError where error.code != .alreadyExists {
                        return part.heldTaskIds
                    }
                }
            }
            return try await group.reduce(into: unasked.map { request.heldTaskIds[$0] }) { $0 += $1 }
        }
        let seen = Dictionary(zip(request.heldTaskIds, request.heldSequences), uniquingKeysWith: { $1 })
        peers.workers.register(request.with(tasks: []), elsewhere: remote.map { ($0, seen[$0] ?? 0) })
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

extension Aether_V1_RegisterRequest {
    /// The same with some of its tasks.
    fileprivate func with(tasks places: [Int]) -> Aether_V1_RegisterRequest {
        var request = self
        request.heldTaskIds = places.map { heldTaskIds[$0] }
        request.heldSequences =
            heldSequences.isEmpty ? [] : places.map { $0 < heldSequences.count ? heldSequences[$0] : 0 }
        request.heldRecords = places.map { $0 < heldRecords.count ? heldRecords[$0] : 0 }
        return request
    }
}
