internal import Hummingbird

/// What happens, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): one stream a page.
extension API {
    private static let lastEventID = HTTPFields.Element.Name("Last-Event-ID")

    var eventOperation: APIOperation {
        APIOperation(
            .get, "events", "listen",
            "What happens from now on; with the header Last-Event-ID also what was missed since.",
            query: [
                .text(
                    "topics",
                    "What is wanted, separated by commas: workflows, metrics, workers, workflow:ID (at most 20, each id percent-encoded)."
                )
            ],
            answer: .stream(
                contentType: "text/event-stream",
                description:
                    "Events `hello` (schema Hello), `frame` (schema Frame) and `heartbeat` (after 5 s without news).",
                listen))
    }

    private func listen(_ request: APIRequest) async throws -> Response {
        let topics = try EventTopics(request.query.list("topics"))
        let last = Self.lastEventID.flatMap { request.headers[$0] }.flatMap { frame(ofEvent: $0) }
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        let body = ResponseBody { writer in
            let subscription = await events.subscribe(topics, after: last)
            var stream = EventStream(boot: events.boot, topics: topics, start: subscription.start)
            do {
                try await writer.write(stream.hello(isResumed: subscription.isResumed))
                for await _ in subscription.wakes {
                    guard let event = stream.event(for: await events.news(after: stream.last)) else { continue }
                    try await writer.write(event)
                }
                await events.leave(subscription)
                try await writer.finish(nil)
            } catch {
                // The page is gone.
                await events.leave(subscription)
                throw error
            }
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    /// The frame of an event's id; `nil` for one of another life of the server.
    private func frame(ofEvent id: String) -> UInt64? {
        let parts = id.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, parts[0] == events.boot else { return nil }
        return UInt64(parts[1])
    }
}
