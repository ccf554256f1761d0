import AetherActors
import AetherJSON
import AetherRuntime
import Hummingbird
import Testing

@testable import AetherServer

@Suite("The HTTP API", .timeLimit(.minutes(5)))
struct APITests {
    @Test("is described by an OpenAPI document that has its routes, and no others")
    func openAPI() async throws {
        try await APIRig.run { rig in
            let document = try await rig.get("/openapi.json")
            var described: Set<String> = []
            for path in document["paths"].names {
                for method in document["paths"][path].names { described.insert("\(method.uppercased()) \(path)") }
            }
            let routed = rig.router.routes.filter { "\($0.path)".hasPrefix(API.path) }.map {
                "\($0.method.rawValue) \("\($0.path)".dropFirst(API.path.count))"
            }
            #expect(described == Set(routed).subtracting(["GET /openapi.json"]))
            #expect(described.count == rig.api.operations.count)
            #expect(Set(rig.api.operations.map(\.name)).count == described.count)
            let schemas = Set(document["components"]["schemas"].names)
            for reference in document.references { #expect(schemas.contains(reference), "\(reference)") }
        }
    }

    @Test("starts, shows, signals, cancels, terminates and deletes")
    func actions() async throws {
        try await APIRig.run { rig in
            try await rig.start("a/b c", input: #"{"b": 12345678901234567890, "a": "<script>"}"#)
            let status = try await rig.get("/workflows/a%2Fb%20c")
            #expect(status["id"] == .string("a/b c") && status["state"] == .string("PENDING"))
            #expect(status["input"].text == #"{"a":"<script>","b":12345678901234567890}"#)
            #expect(status["reason"].string?.contains("no connected worker offers") == true)
            let signal = try await rig.ask(
                "POST", "/workflows/a%2Fb%20c/signal", #"{"name": "go", "payload": [1], "signalId": "s"}"#)
            #expect(signal.status == 200 && signal.json["signalId"] == .string("s"))
            let history = try await rig.get("/workflows/a%2Fb%20c/history?limit=1")
            #expect(history["entries"].elements.map { $0["kind"] } == [.string("STARTED")])
            #expect(history["next"] == .integer(1))
            let rest = try await rig.get("/workflows/a%2Fb%20c/history?after=1")
            #expect(rest["entries"].elements.map { $0["kind"] } == [.string("SIGNAL_RECEIVED")])
            #expect(rest["next"] == .null)
            #expect(try await rig.ask("DELETE", "/workflows/a%2Fb%20c").status == 409)
            #expect(try await rig.ask("POST", "/workflows/a%2Fb%20c/cancel").status == 200)
            #expect(try await rig.ask("POST", "/workflows/a%2Fb%20c/cancel", "{}").status == 409)
            #expect(try await rig.ask("DELETE", "/workflows/a%2Fb%20c").status == 200)
            #expect(try await rig.ask("GET", "/workflows/a%2Fb%20c").status == 404)

            try await rig.start("t")
            #expect(try await rig.ask("POST", "/workflows/t/terminate").status == 200)
            #expect(try await rig.get("/workflows/t")["state"] == .string("CANCELLED"))
        }
    }

    @Test("cancels many, and what is refused to one does not touch the others")
    func cancelMany() async throws {
        try await APIRig.run { rig in
            for id in ["1", "2"] { try await rig.start(id) }
            let answer = try await rig.ask("POST", "/workflow-cancellations", #"{"ids": ["1", "none", "2", ""]}"#)
            let results = answer.json["results"].elements
            #expect(results.map { $0["id"].string } == ["1", "none", "2", ""])
            #expect(
                results.map { $0["error"]["code"].string } == [nil, "NOT_FOUND", nil, "INVALID_ARGUMENT"])
            #expect(try await rig.get("/workflow-counts")["counts"]["CANCELLED"] == .integer(2))
        }
    }

    @Test("lists in pages by cursor, with filters that go together")
    func list() async throws {
        try await APIRig.run { rig in
            for number in 0..<25 {
                try await rig.start("\(number % 2 == 0 ? "even" : "odd")-\(number)", type: "type-\(number % 3)")
            }
            _ = try await rig.ask("POST", "/workflows/even-0/cancel")
            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await rig.get("/workflows?limit=10\(cursor)")
                seen += page["workflows"].elements.compactMap { $0["id"].string }
                cursor = page["next"].string.map { "&cursor=\($0.replacing("+", with: "%2B"))" } ?? ""
            } while !cursor.isEmpty
            #expect(seen.count == 25 && Set(seen).count == 25)

            func ids(_ query: String) async throws -> [String] {
                try await rig.get("/workflows?\(query)")["workflows"].elements.compactMap { $0["id"].string }
            }
            #expect(try await ids("state=cancelled") == ["even-0"])
            #expect(try await ids("state=CANCELLED,RUNNING") == ["even-0"])
            #expect(try await ids("idPrefix=odd-2") == ["odd-23", "odd-21"])
            #expect(try await ids("text=EN-2") == ["even-24", "even-22", "even-20", "even-2"])
            #expect(try await ids("text=TYPE-1&idPrefix=even-1") == ["even-16", "even-10"])
            #expect(try await ids("type=type-0&text=n-0") == ["even-0"])
            let first = try await rig.get("/workflows/even-0")["createdAt"].string ?? ""
            #expect(try await ids("createdBefore=\(first)") == [])
            #expect(try await ids("createdAfter=\(first)").count == 25)
            #expect(try await ids("createdAfter=2100-01-01T00:00:00Z") == [])
            let counts = try await rig.get("/workflow-counts?idPrefix=odd")
            #expect(counts["counts"]["PENDING"] == .integer(12) && counts["isComplete"] == .bool(true))
            #expect(
                try await rig.get("/workflow-types?prefix=type-&limit=2")["types"].elements.compactMap(\.string)
                    == ["type-0", "type-1"])
        }
    }

    @Test(
        "refuses what it doesn't know or can't read, and says what there is",
        arguments: [
            ("GET", "/workflows?stat=RUNNING", nil, 400, "createdAfter, createdBefore, cursor"),
            ("GET", "/workflows?state=DONE", nil, 400, "PENDING, RUNNING"),
            ("GET", "/workflows?limit=0", nil, 400, "1 to 1000"),
            ("GET", "/workflows?limit=x", nil, 400, "1 to 1000"),
            ("GET", "/workflows?type=a&type=b", nil, 400, "twice"),
            ("GET", "/workflows?cursor=bm9uZQ==", nil, 400, "without a cursor"),
            ("GET", "/workflows?createdAfter=yesterday", nil, 400, "ISO 8601"),
            ("GET", "/workflows/none", nil, 404, "none"),
            ("GET", "/workflows/none/history", nil, 404, "none"),
            ("GET", "/workflows/%FF", nil, 400, "percent-encoded"),
            ("GET", "/nothing", nil, 404, "openapi.json"),
            ("PUT", "/workflows", nil, 404, "openapi.json"),
            ("GET", "/events?topics=weather", nil, 400, "workflow:ID"),
            ("POST", "/workflows", "{", 400, "line 1"),
            ("POST", "/workflows", "[]", 400, "no JSON object"),
            ("POST", "/workflows", "{}", 400, "type is missing"),
            ("POST", "/workflows", #"{"type": 1}"#, 400, "no text"),
            ("POST", "/workflows", #"{"type": "a", "inptu": 1}"#, 400, "inptu"),
            ("POST", "/workflows", #"{"type": "a", "tier": "gold"}"#, 400, "state-action-log"),
            ("POST", "/workflows", #"{"type": "a", "idPolicy": "x"}"#, 400, "same-run"),
            ("POST", "/workflows", "\"\(String(repeating: "x", count: 20_000))\"", 413, "10000 bytes"),
            ("POST", "/workflow-cancellations", #"{"ids": []}"#, 400, "1 to 1000"),
            ("POST", "/workflows/none/signal", #"{"name": "n"}"#, 404, "none"),
        ] as [(String, String, String?, Int, String)])
    func refusals(method: String, path: String, body: String?, status: Int, says: String) async throws {
        try await APIRig.run { rig in
            let answer = try await rig.ask(method, path, body)
            #expect(answer.status == status, "\(answer.json.text)")
            #expect(answer.json["error"].names == ["code", "message", "remedy"])
            #expect(answer.json.text.contains(says), "\(answer.json.text)")
            #expect(answer.contentType.hasPrefix("application/json"))
            #expect(answer.json["error"]["remedy"].string?.isEmpty == false)
        }
    }

    @Test("shows workers, what they have, and what nobody serves")
    func workers() async throws {
        try await APIRig.run { rig in
            let engine = rig.core.engine
            _ = try await engine.register(
                Engine.Registration(
                    worker: WorkerIdentity(id: "w", isPlain: true), id: RegistrationID(instance: ""),
                    workflows: ["order": nil],
                    activities: ["charge"], service: "shop", languages: ["swift"], group: "g", held: []))
            #expect(try await rig.get("/workers")["workers"].elements.map { $0["isConnected"] } == [.bool(false)])
            let feed = try await engine.poll(worker: "w", maximumTasks: 3, silence: { .seconds(3600) })
            try await rig.start("1")
            try await rig.start("2", type: "unserved")
            _ = await feed.next()
            let answer = try await rig.get("/workers")
            let worker = try #require(answer["workers"].elements.first)
            #expect(worker["capacity"] == .integer(3) && worker["held"] == .integer(1))
            #expect(worker["languages"] == .array([.string("swift")]) && worker["group"] == .string("g"))
            #expect(worker["offers"].elements.map { $0["name"].string } == ["order", "charge"])
            #expect(worker["connectedAt"] != .null && worker["disconnectedAt"] == .null)
            #expect((worker["lastHeardAt"].string ?? "") < (worker["connectedAt"].string ?? ""))
            let unserved = answer["unserved"].elements
            #expect(unserved.map { $0["name"].string } == ["unserved"] && unserved[0]["waiting"] == .integer(1))
            let queues = try await rig.get("/queues")["queues"].elements
            #expect(queues.map { $0["name"].string } == ["order", "unserved", "charge", "charge"])
            #expect(queues.map { $0["service"].string } == [nil, nil, nil, "shop"])
            await engine.endPoll(worker: "w", feed)
        }
    }
}

extension JSONValue {
    /// The schemas that it refers to.
    fileprivate var references: [String] {
        switch self {
        case .object(let members):
            members.flatMap { member in
                if member.name == "$ref", case .string(let reference) = member.value {
                    [String(reference.split(separator: "/").last ?? "")]
                } else {
                    member.value.references
                }
            }
        case .array(let values): values.flatMap(\.references)
        default: []
        }
    }
}
