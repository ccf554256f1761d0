internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import Foundation
internal import GRPCCore
internal import Hummingbird
internal import SwiftProtobuf

/// Looking at workflows.
extension API {
    /// How many pending operations the answer about one workflow has itself.
    private static let pendingShown = 100

    private static let filters: [APIParameter] = [
        .text("type", "Only workflows of this type."),
        .text("idPrefix", "Only those whose id begins so."),
        .text("text", "Only those whose id or type contains it; small and capital ASCII letters are the same."),
        .instant("createdAfter", "Only those created then or later."),
        .instant("createdBefore", "Only those created before."),
    ]

    var workflowOperations: [APIOperation] {
        [
            APIOperation(
                .get, "workflows", "listWorkflows",
                "Workflows, the youngest first. A page may be short, or empty, though there is more: while `next` is set, go on.",
                query: Self.filters + [
                    .text("state", "Only those in these states, separated by commas."),
                    .limit(default: 100), .text("cursor", "Where to go on: `next` of the page before."),
                ], schema: "WorkflowPage"
            ) { try await list($0) },
            APIOperation(
                .get, "workflow-counts", "countWorkflows",
                "How many workflows there are in each state. With a filter only so many are looked at, the youngest first.",
                query: Self.filters, schema: "WorkflowCounts"
            ) { request in
                let (counts, isComplete) = try await engine.count(try WorkflowSearch(request.query, states: []))
                return .object(["counts": counts.json, "isComplete": .bool(isComplete)])
            },
            APIOperation(
                .get, "workflow-types", "listWorkflowTypes",
                "The types there are workflows of, or workers for, in the order of their UTF-8 bytes.",
                query: [.text("prefix", "Only those that begin so."), .limit(default: 50)], schema: "WorkflowTypes"
            ) { request in
                let types = try await engine.types(
                    prefix: try request.query.text("prefix"), limit: try request.limit(default: 50))
                return .object(["types": .array(types.map { .string($0) })])
            },
            APIOperation(
                .get, "workflows/{id}", "getWorkflow", "How a workflow stands, and why.", schema: "WorkflowStatus"
            ) { json(of: try await engine.status($0.id)) },
            APIOperation(
                .get, "workflows/{id}/pending", "listPendingOperations",
                "What it waits for, in the order in which it began.",
                query: [.after, .limit(default: 100)], schema: "PendingPage"
            ) { try await pending($0) },
            APIOperation(
                .get, "workflows/{id}/history", "getHistory", "Its journal, in order.",
                query: [.after, .limit(default: Int64(APIRequest.maximumPage))], schema: "HistoryPage"
            ) { try await history($0) },
            APIOperation(
                .get, "workflows/{id}/children", "listChildren",
                "Its children, in the order in which they were started. While `next` is set, go on.",
                query: [.after, .limit(default: 100)], schema: "ChildPage"
            ) { try await children($0) },
            APIOperation(
                .get, "workflows/{id}/values/{name}", "getValue", "What it last said of itself under a name.",
                schema: "NamedValue"
            ) { try await value($0) },
            APIOperation(
                .get, "workflows/{id}/export", "exportWorkflow", "The whole of it, as a file to keep.",
                answer: .stream(
                    contentType: "application/json",
                    description: "How it stood, and its journal: `{format, exportedAt, server, workflow, entries}`.",
                    export)),
        ]
    }

    private func value(_ request: APIRequest) async throws -> JSONValue {
        let name = try request.part("name")
        guard let value = try await engine.value(name, of: request.id) else {
            throw APIError(
                .notFound, "workflow \(try request.id) has set no value \"\(name)\"",
                remedy: "its journal has the names of those it set")
        }
        return .object(["name": .string(name), "value": JSONValue(payload: value)])
    }

    private func list(_ request: APIRequest) async throws -> JSONValue {
        let query = request.query
        let page = try await engine.search(
            try WorkflowSearch(query, states: query.list("state")),
            after: try WorkflowCursor(opaque: query.text("cursor")), limit: try request.limit(default: 100))
        return .object([
            "workflows": .array(page.workflows.map { Aether_V1_WorkflowInfo($0).json }),
            "next": page.next.map { .string($0.opaque) } ?? .null,
        ])
    }

    private func json(of status: Engine.Status) -> JSONValue {
        var shown = status
        shown.pending = Array(status.pending.prefix(Self.pendingShown))
        guard case .object(var members) = Aether_V1_WorkflowStatus(shown).json else { return .null }
        members += [
            JSONValue.Member(name: "pendingCount", value: .integer(status.pending.count)),
            JSONValue.Member(name: "input", value: JSONValue(payload: status.start.input)),
            JSONValue.Member(name: "lastSequence", value: .integer(status.lastSequence)),
        ]
        return .object(members)
    }

    private func pending(_ request: APIRequest) async throws -> JSONValue {
        let (after, limit) = (try request.after, try request.limit(default: 100))
        let all = try await engine.status(request.id).pending.filter { $0.operation.sequence > after }
        let page = all.prefix(limit)
        return .object([
            "pending": .array(page.map { Aether_V1_PendingOperation($0.key, $0.operation).json }),
            "next": all.count > limit ? page.last.map { .integer($0.operation.sequence) } ?? .null : .null,
        ])
    }

    private func history(_ request: APIRequest) async throws -> JSONValue {
        let limit = try request.limit(default: APIRequest.maximumPage)
        let page = try await engine.history(request.id, after: try request.after, limit: limit)
        return .object([
            "entries": .array(page.map { Aether_V1_JournalEntry($0).json }),
            "next": page.count == limit ? page.last.map { .integer($0.sequence) } ?? .null : .null,
        ])
    }

    private func children(_ request: APIRequest) async throws -> JSONValue {
        let page = try await engine.children(
            of: request.id, after: try request.after, limit: try request.limit(default: 100))
        let children = page.children.map { child in
            JSONValue.object([
                "key": .string(child.key.rawValue),
                "id": .string(child.start.id.rawValue),
                "type": .string(child.start.type),
                "closePolicy": .string(Aether_V1_ParentClosePolicy(child.start.closePolicy).name),
                "workflow": child.summary.map { Aether_V1_WorkflowInfo($0).json } ?? .null,
            ])
        }
        return .object(["children": .array(children), "next": page.next.map { .integer($0) } ?? .null])
    }

    /// The whole of a workflow, a page of its journal at a time: it may be longer than memory likes.
    private func export(_ request: APIRequest) async throws -> Response {
        let id = try request.id
        let peer = try await peers?.nextOwner(of: id)
        let workflow: JSONValue
        if let peer {
            let answer = try await ask(
                peer,
                .with {
                    $0.operation = "getWorkflow"
                    $0.parameters = request.parameters
                })
            guard answer.status == HTTPResponse.Status.ok.code else { return Response(answer) }
            workflow = try JSONParser.parse(Array(answer.body))
        } else {
            workflow = json(of: try await engine.status(id))
        }
        guard case .object(let members) = workflow,
            case .number(let text)? = members.first(where: { $0.name == "lastSequence" })?.value,
            let last = UInt64(text)
        else { throw EngineError(.unavailable, "the status of workflow \(id) can't be read; try again") }
        let head = JSONValue.object([
            "format": .string("aether-history/1"),
            "exportedAt": .instant(engine.now.rawValue),
            "server": .object(["version": .string(AetherVersion.current)]),
            "workflow": workflow,
        ])
        let headers: HTTPFields = [
            .contentType: Response.jsonType, .cacheControl: "no-store",
            .contentDisposition: "attachment; filename*=UTF-8''\(Self.fileName(id)).json",
        ]
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: head.text.dropLast() + ",\"entries\":["))
            var after: UInt64 = 0
            // What comes later is not in the export: it would not fit its status.
            while after < last {
                let page = try await history(of: id, after: after, at: peer)
                guard let end = page.last?.sequence else { break }
                let entries = page.filter { $0.sequence <= last }
                let text = entries.map { $0.json.text }.joined(separator: ",\n")
                try await writer.write(ByteBuffer(string: (after == 0 ? "\n" : ",\n") + text))
                after = end
            }
            try await writer.write(ByteBuffer(string: "\n]}\n"))
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// A page of a workflow's journal, from its owner.
    private func history(
        of id: WorkflowID, after: UInt64, at peer: Peer?
    ) async throws -> [Aether_V1_JournalEntry] {
        guard let peer else {
            return try await engine.history(id, after: after, limit: APIRequest.maximumPage).map {
                Aether_V1_JournalEntry($0)
            }
        }
        let request = Aether_V1_HistoryRequest.with {
            $0.workflowID = id.rawValue
            $0.after = after
            $0.limit = UInt32(APIRequest.maximumPage)
        }
        return try await peer.connection.getHistory(request) { try await $0.reduce(into: []) { $0.append($1) } }
    }

    /// RFC 8187: what isn't a plain letter or digit is percent-encoded.
    private static func fileName(_ id: WorkflowID) -> String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._")
        return id.rawValue.addingPercentEncoding(withAllowedCharacters: plain) ?? "workflow"
    }
}

extension WorkflowSearch {
    fileprivate init(_ query: APIQuery, states names: [String]) throws(APIError) {
        var states: Set<WorkflowState> = []
        for name in names {
            guard let state = WorkflowState.allCases.first(where: { $0.name == name.uppercased() }) else {
                let all = WorkflowState.allCases.map(\.name).joined(separator: ", ")
                throw APIError(.invalidArgument, "\"\(name)\" is no state", remedy: "give \(all)")
            }
            states.insert(state)
        }
        let type = try query.text("type")
        self.init(
            WorkflowFilter(type: type.isEmpty ? nil : type, states: states),
            idPrefix: try query.text("idPrefix"), text: try query.text("text"),
            createdFrom: try query.instant("createdAfter"), createdBefore: try query.instant("createdBefore"))
    }
}

extension WorkflowCursor {
    /// The place as a text that nobody is to look into.
    fileprivate var opaque: String { Data("\(createdAt.rawValue) \(id)".utf8).base64EncodedString() }

    /// - Returns: `nil` for an empty text.
    fileprivate init?(opaque text: String) throws(APIError) {
        if text.isEmpty { return nil }
        let parts = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) }?.split(
            separator: " ", maxSplits: 1)
        guard let parts, parts.count == 2, let created = Int64(parts[0]),
            let id = WorkflowID(validating: String(parts[1]))
        else {
            throw APIError(.invalidArgument, "the cursor is none of this server's", remedy: "begin without a cursor")
        }
        self.init(createdAt: Timestamp(rawValue: created), id: id)
    }
}

extension WorkflowCounts {
    var json: JSONValue {
        .object(WorkflowState.allCases.map { JSONValue.Member(name: $0.name, value: .integer(self[$0])) })
    }
}
