// A web service that starts a workflow for each order and answers at once: see README.md.
import Aether
import Foundation
import Hummingbird
import Logging

struct Order: Codable, Sendable {
    var id: String
    var item: String
}

struct OrderStatus: ResponseCodable {
    var id: String
    var state: String
    var waitsFor: String
    var result: String?
}

let environment = ProcessInfo.processInfo.environment
var configuration = AetherClient.Configuration()
// A request does not wait longer for Aether than a person for an answer.
configuration.requestTimeout = .seconds(2)
let client = AetherClient(
    serverURL: environment["AETHER_SERVER"] ?? "http://localhost:7233", configuration: configuration)

let fulfil = client.workflow("fulfil-order") { (context, order: Order) in
    try await context.step("reserve") { print("reserved \(order.item)") }
    // The order waits for a person, for as long as it takes.
    try await context.signal("approved")
    return try await context.step("ship") { "\(order.item) is on its way" }
}

let router = Router()
router.add(middleware: AetherErrors())

router.post("orders") { request, context in
    let order: Order
    do {
        order = try await request.decode(as: Order.self, context: context)
    } catch {
        throw HTTPError(.badRequest, message: #"send {"id": "…", "item": "…"}"#)
    }
    // The order's id is the run's: a request that is sent twice starts one run.
    _ = try await fulfil.start(order, id: order.id)
    return EditedResponse(status: .accepted, response: try await status(of: order.id))
}

router.get("orders/:id") { _, context in
    try await status(of: try context.parameters.require("id"))
}

router.post("orders/:id/approve") { _, context in
    let id = try context.parameters.require("id")
    try await fulfil.handle(id).signal("approved")
    return try await status(of: id)
}

router.post("orders/:id/cancel") { _, context in
    let id = try context.parameters.require("id")
    try await fulfil.handle(id).cancel()
    return try await status(of: id)
}

func status(of id: String) async throws -> OrderStatus {
    let handle = fulfil.handle(id)
    let status = try await handle.status()
    return OrderStatus(
        id: id, state: "\(status.state)", waitsFor: status.reason,
        result: status.state == .completed ? try await handle.result() : nil)
}

/// What Aether refuses, in the words of HTTP.
struct AetherErrors<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as AetherError {
            let code: HTTPResponse.Status =
                switch error.code {
                case .notFound: .notFound
                case .alreadyExists, .failedPrecondition: .conflict
                case .invalidArgument: .badRequest
                default: .serviceUnavailable
                }
            throw HTTPError(code, message: error.message)
        }
    }
}

let port = environment["PORT"].flatMap { Int($0) } ?? 8080
var app = Application(
    router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
    onServerRunning: { channel in
        FileHandle.standardOutput.write(Data("listening on port \(channel.localAddress?.port ?? port)\n".utf8))
    },
    logger: Logger(label: "web-service"))
// The worker is a service beside the web server: Ctrl-C lets both end what they are doing.
app.addServices(client.worker([fulfil]))
try await app.runService()
