internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import Hummingbird

/// Acting on workflows. Each is answered once it is durable.
extension API {
    private static let cancelledAtOnce = 1...1_000

    func addActionRoutes(to routes: Routes) {
        on(.post, "workflows", in: routes, status: .created) { try await start($0) }
        on(.post, "workflow-cancellations", in: routes) { try await cancelMany($0) }
        on(.post, "workflows/{id}/cancel", in: routes) { request in
            _ = try await body(of: request)
            try await engine.cancel(request.id)
            return .object([JSONValue.Member]())
        }
        on(.post, "workflows/{id}/terminate", in: routes) { request in
            _ = try await body(of: request)
            try await engine.terminate(request.id)
            return .object([JSONValue.Member]())
        }
        on(.post, "workflows/{id}/signal", in: routes) { try await signal($0) }
        on(.delete, "workflows/{id}", in: routes) { request in
            _ = try request.query()
            try await engine.delete(request.id)
            return .object([JSONValue.Member]())
        }
    }

    private func body(of request: APIRequest, _ known: String...) async throws -> APIBody {
        _ = try request.query()
        return try await bodies.read(request.request) { try APIBody($0, known: Set(known)) }
    }

    private func start(_ request: APIRequest) async throws -> JSONValue {
        let body = try await body(of: request, "type", "id", "input", "tier", "idPolicy")
        let wanted = try body.text("id") ?? ""
        let id = wanted.isEmpty ? WorkflowID(rawValue: WorkflowIDGenerator.make()) : try WorkflowID(checking: wanted)
        var tier: PersistenceTier?
        if let name = try body.text("tier") {
            tier = PersistenceTier.allCases.first { $0.name == name }
            guard tier != nil else {
                let all = PersistenceTier.allCases.map(\.name).joined(separator: ", ")
                throw APIError(.invalidArgument, "\"\(name)\" is no tier", remedy: "give \(all)")
            }
        }
        try await engine.start(
            Engine.Start(
                id: id, type: try body.requiredText("type"), input: body.payload("input"), tier: tier,
                idPolicy: try Engine.IDPolicy(name: try body.text("idPolicy"))))
        return .object(["id": .string(id.rawValue)])
    }

    private func cancelMany(_ request: APIRequest) async throws -> JSONValue {
        let ids = try await body(of: request, "ids").texts("ids", count: Self.cancelledAtOnce)
        // Side by side, so that they share their commits.
        let errors = await withTaskGroup(of: (Int, APIError?).self) { group in
            for (index, id) in ids.enumerated() { group.addTask { (index, await cancel(id)) } }
            return await group.reduce(into: [Int: APIError]()) { errors, result in errors[result.0] = result.1 }
        }
        let results = ids.enumerated().map { index, id in
            JSONValue.object(["id": .string(id), "error": errors[index]?.json ?? .null])
        }
        return .object(["results": .array(results)])
    }

    private func cancel(_ id: String) async -> APIError? {
        do throws(EngineError) {
            try await engine.cancel(try WorkflowID(checking: id))
            return nil
        } catch {
            return APIError(error)
        }
    }

    private func signal(_ request: APIRequest) async throws -> JSONValue {
        let body = try await body(of: request, "name", "payload", "signalId")
        let id = try body.text("signalId") ?? WorkflowIDGenerator.make()
        try await engine.signal(
            request.id, Signal(id: id, name: try body.requiredText("name"), payload: body.payload("payload")))
        return .object(["signalId": .string(id)])
    }
}

extension Engine.IDPolicy {
    fileprivate init(name: String?) throws(APIError) {
        switch name {
        case nil, "same-run": self = .sameRun
        case "reject": self = .reject
        case "replace": self = .replace
        case .some(let name):
            throw APIError(
                .invalidArgument, "\"\(name)\" is no idPolicy", remedy: "give same-run, reject or replace")
        }
    }
}
