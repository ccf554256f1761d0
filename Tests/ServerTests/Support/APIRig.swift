import AetherActors
import AetherJSON
import AetherRuntime
import AetherStorage
import Foundation
import Hummingbird
import Logging
import Testing

@testable import AetherServer

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server's core over memory, with its HTTP port.
struct APIRig: Sendable {
    let core: ServerCore
    let events: EventHub
    let api: API
    let store: MemoryStore
    private let listener: HTTPListener

    /// Serves for the length of a body.
    static func run(_ body: @escaping @Sendable (APIRig) async throws -> Void) async throws {
        let rig = APIRig()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await rig.core.run([{ try await rig.listener.run() }, rig.events.run], stopping: {}) }
            defer { group.cancelAll() }
            try await body(rig)
        }
    }

    init(store: MemoryStore = MemoryStore()) {
        var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        logger.logLevel = .critical
        self.store = store
        var configuration = EngineConfiguration()
        // However long the machine takes between two calls of a test.
        configuration.workerGrace = .seconds(3600)
        core = ServerCore(
            stores: [.stateActionLog: store], configuration: configuration, clock: .system(), logger: logger)
        events = core.eventHub(logger: logger)
        let addresses = ServerAddresses(host: "127.0.0.1", grpcPort: 1, httpPort: 2, metricsPort: nil)
        api = API(
            engine: core.engine, events: events, bodies: BodyBudget(maximumBytes: 10_000),
            server: ServerDescription(
                id: "server", startedAt: Timestamp(rawValue: 1), database: "memory", tier: .stateActionLog,
                history: core.history,
                addresses: { addresses }, role: { _ in nil }))
        let engine = core.engine
        listener = HTTPListener(
            .main(api, { addresses }), host: "127.0.0.1", port: 0,
            guard: PageGuard(access: nil, hosts: AllowedHosts([])), logger: logger
        ) {
            ServerSnapshot(counts: try await engine.counts(), connectedWorkers: 0, notReadyReason: nil)
        }
    }

    var router: Router<BasicRequestContext> { listener.router }

    struct Answer: Sendable {
        var status: Int
        var json: JSONValue
        var contentType: String
    }

    /// Asks for something below `/api/v1`.
    func ask(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        let url = try #require(URL(string: "http://127.0.0.1:\(try await listener.boundPort)/api/v1\(path)"))
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        let (data, answer) = try await URLSession.shared.data(for: request)
        let response = try #require(answer as? HTTPURLResponse)
        return Answer(
            status: response.statusCode, json: (try? JSONParser.parse(data)) ?? .null,
            contentType: response.value(forHTTPHeaderField: "content-type") ?? "")
    }

    func get(_ path: String) async throws -> JSONValue {
        let answer = try await ask("GET", path)
        #expect(answer.status == 200, "\(path): \(answer.json.text)")
        return answer.json
    }

    func start(_ id: String, type: String = "order", input: String = "1") async throws {
        let answer = try await ask("POST", "/workflows", #"{"type": "\#(type)", "id": "\#(id)", "input": \#(input)}"#)
        #expect(answer.status == 201 && answer.json == .object(["id": .string(id)]))
    }
}

extension JSONValue {
    /// A member of an object; `null` when there is none.
    subscript(name: String) -> JSONValue {
        guard case .object(let members) = self else { return .null }
        return members.first { $0.name == name }?.value ?? .null
    }

    var elements: [JSONValue] {
        if case .array(let values) = self { values } else { [] }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var names: [String] {
        if case .object(let members) = self { members.map(\.name) } else { [] }
    }
}
