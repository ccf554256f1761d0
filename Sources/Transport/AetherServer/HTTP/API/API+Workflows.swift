internal import AetherActors
internal import AetherJSON
internal import AetherProtocol
internal import AetherRuntime
internal import AetherStorage
internal import Foundation
internal import Hummingbird

/// Looking at workflows.
extension API {
    private static let maximumPage = 1_000
    /// How many pending operations the answer about one workflow has itself.
    private static let pendingShown = 100

    func addWorkflowRoutes(to routes: Routes) {
        on(.get, "workflows", in: routes) { try await list($0) }
        on(.get, "workflow-counts", in: routes) { request in
            let query = try request.query("type", "idPrefix", "text", "createdAfter", "createdBefore")
            let (counts, isComplete) = try await engine.count(try WorkflowSearch(query, states: []))
            return .object(["counts": counts.json, "isComplete": .bool(isComplete)])
        }
        on(.get, "workflow-types", in: routes) { request in
            let query = try request.query("prefix", "limit")
            let types = try await engine.types(
                prefix: try query.text("prefix"), limit: try query.number("limit", in: 1...1_000, default: 50))
            return .object(["types": .array(types.map { .string($0) })])
        }
        on(.get, "workflows/{id}", in: routes) { request in
            _ = try request.query()
            return json(of: try await engine.status(request.id))
        }
        on(.get, "workflows/{id}/pending", in: routes) { try await pending($0) }
        on(.get, "workflows/{id}/history", in: routes) { try await history($0) }
        on(.get, "workflows/{id}/children", in: routes) { try await children($0) }
        on(.get, "workflows/{id}/values/{name}", in: routes) { request in
            _ = try request.query()
            let name = try request.part("name")
            guard let value = try await engine.value(name, of: request.id) else {
                throw APIError(
                    .notFound, "workflow \(try request.id) has set no value \"\(name)\"",
                    remedy: "its journal has the names of those it set")
            }
            return .object(["name": .string(name), "value": JSONValue(payload: value)])
        }
        addExport(to: routes)
    }

    private func list(_ request: APIRequest) async throws -> JSONValue {
        let query = try request.query(
            "type", "state", "idPrefix", "text", "createdAfter", "createdBefore", "limit", "cursor")
        let page = try await engine.search(
            try WorkflowSearch(query, states: query.list("state")),
            after: try WorkflowCursor(opaque: query.text("cursor")),
            limit: try query.number("limit", in: 1...Self.maximumPage, default: 100))
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
        let query = try request.query("after", "limit")
        let after = try query.number("after", in: 0...UInt64(Int64.max), default: 0)
        let limit = try query.number("limit", in: 1...Self.maximumPage, default: 100)
        let all = try await engine.status(request.id).pending.filter { $0.operation.sequence > after }
        let page = all.prefix(limit)
        return .object([
            "pending": .array(page.map { Aether_V1_PendingOperation($0.key, $0.operation).json }),
            "next": all.count > limit ? page.last.map { .integer($0.operation.sequence) } ?? .null : .null,
        ])
    }

    private func history(_ request: APIRequest) async throws -> JSONValue {
        let query = try request.query("after", "limit")
        let limit = try query.number("limit", in: 1...Self.maximumPage, default: Self.maximumPage)
        let page = try await engine.history(
            request.id, after: try query.number("after", in: 0...UInt64(Int64.max), default: 0), limit: limit)
        return .object([
            "entries": .array(page.map { Aether_V1_JournalEntry($0).json }),
            "next": page.count == limit ? page.last.map { .integer($0.sequence) } ?? .null : .null,
        ])
    }

    private func children(_ request: APIRequest) async throws -> JSONValue {
        let query = try request.query("after", "limit")
        let page = try await engine.children(
            of: request.id, after: try query.number("after", in: 0...UInt64(Int64.max), default: 0),
            limit: try query.number("limit", in: 1...Self.maximumPage, default: 100))
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

    // MARK: A document to keep

    /// The whole of a workflow, a page of its journal at a time: it may be longer than memory likes.
    private func addExport(to routes: Routes) {
        routes.get("workflows/{id}/export") { request, context -> Response in
            let request = APIRequest(request, context.parameters)
            let (id, status) = try await Self.withAPIErrors {
                _ = try request.query()
                return (try request.id, try await engine.status(try request.id))
            }
            let head = JSONValue.object([
                "format": .string("aether-history/1"),
                "exportedAt": .instant(engine.now.rawValue),
                "server": .object(["version": .string(AetherVersion.current)]),
                "workflow": json(of: status),
            ])
            let headers: HTTPFields = [
                .contentType: "application/json; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename*=UTF-8''\(Self.fileName(id)).json",
            ]
            let body = ResponseBody { writer in
                try await writer.write(ByteBuffer(string: head.text.dropLast() + ",\"entries\":["))
                var after: UInt64 = 0
                // What comes later is not in the export: it would not fit its status.
                while after < status.lastSequence {
                    let page = try await engine.history(id, after: after, limit: Self.maximumPage)
                    guard let last = page.last else { break }
                    let entries = page.filter { $0.sequence <= status.lastSequence }
                    let text = entries.map { Aether_V1_JournalEntry($0).json.text }.joined(separator: ",\n")
                    try await writer.write(ByteBuffer(string: (after == 0 ? "\n" : ",\n") + text))
                    after = last.sequence
                }
                try await writer.write(ByteBuffer(string: "\n]}\n"))
                try await writer.finish(nil)
            }
            return Response(status: .ok, headers: headers, body: body)
        }
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
