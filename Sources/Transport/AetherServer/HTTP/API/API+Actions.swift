internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import Hummingbird

/// Acting on workflows. Each is answered once it is durable.
extension API {
    private static let cancelledAtOnce = 1...1_000

    var actionOperations: [APIOperation] {
        [
            APIOperation(
                .post, "workflows", "startWorkflow",
                "Starts a workflow. Starting twice with one id, type and input gives the same one.",
                body: [
                    .text("type", "Its type.", isRequired: true),
                    .value("input", "Its input; `null` when it isn't there."),
                    .text("id", "Its id; the server makes one when it isn't there."),
                    .choice("tier", "How durable it is.", PersistenceTier.allCases.map(\.name)),
                    .choice(
                        "idPolicy", "What happens when a workflow of this id has ended.",
                        ["same-run", "reject", "replace"]),
                ], schema: "Started", status: .created
            ) { try await start($0) },
            APIOperation(
                .post, "workflow-cancellations", "cancelWorkflows",
                "Asks many workflows to end. What is refused to one does not touch the others.",
                body: [
                    APIParameter(
                        name: "ids", description: "Their ids.",
                        schema: .object([
                            "type": .string("array"), "items": .object(["type": .string("string")]),
                            "minItems": .integer(Self.cancelledAtOnce.lowerBound),
                            "maxItems": .integer(Self.cancelledAtOnce.upperBound),
                        ]), isRequired: true)
                ], schema: "Cancellations"
            ) { try await cancelMany($0) },
            APIOperation(
                .post, "workflows/{id}/cancel", "cancelWorkflow", "Asks it to end; it may clean up.", schema: "Done"
            ) {
                try await act($0, engine.cancel)
            },
            APIOperation(
                .post, "workflows/{id}/terminate", "terminateWorkflow", "Ends it at once, without asking its code.",
                schema: "Done"
            ) { try await act($0, engine.terminate) },
            APIOperation(
                .post, "workflows/{id}/signal", "signalWorkflow", "Sends it a message.",
                body: [
                    .text("name", "The signal's name.", isRequired: true),
                    .value("payload", "What goes with it; `null` when it isn't there."),
                    .text("signalId", "Each id is taken once; the server makes one when it isn't there."),
                ], schema: "Signalled"
            ) { try await signal($0) },
            APIOperation(
                .delete, "workflows/{id}", "deleteWorkflow", "Forgets one that has ended, with its whole journal.",
                schema: "Done"
            ) { try await act($0, engine.delete) },
        ]
    }

    private func act(
        _ request: APIRequest, _ action: @Sendable (WorkflowID) async throws(EngineError) -> Void
    ) async throws -> JSONValue {
        _ = try await request.body
        try await action(request.id)
        return .object([JSONValue.Member]())
    }

    private func start(_ request: APIRequest) async throws -> JSONValue {
        let body = try await request.body
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
        var start = Engine.Start(
            id: id, type: try body.requiredText("type"), input: body.payload("input"), tier: tier,
            idPolicy: try Engine.IDPolicy(name: try body.text("idPolicy")))
        start.trace = request.trace
        try await atOwner(of: id) { [start] peer in
            if let peer { try await peer.start(start) } else { try await engine.start(start) }
        }
        return .object(["id": .string(id.rawValue)])
    }

    private func cancelMany(_ request: APIRequest) async throws -> JSONValue {
        let ids = try await request.body.texts("ids", count: Self.cancelledAtOnce)
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
        do {
            let id = try WorkflowID(checking: id)
            try await atOwner(of: id) { peer in
                if let peer { try await peer.cancel(id) } else { try await engine.cancel(id) }
            }
            return nil
        } catch let error as EngineError {
            return APIError(error)
        } catch {
            return APIError(EngineError(.unavailable, "\(error)"))
        }
    }

    private func signal(_ request: APIRequest) async throws -> JSONValue {
        let body = try await request.body
        let id = try body.text("signalId") ?? WorkflowIDGenerator.make()
        try await engine.signal(
            request.id, Signal(id: id, name: try body.requiredText("name"), payload: body.payload("payload")),
            in: request.trace)
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
