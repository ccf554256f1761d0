import AetherActors
import AetherJSON
import AetherRuntime
import AetherStorage
import Logging
import NIOCore
import Synchronization
import Testing

@testable import AetherServer

@Suite("Live events", .timeLimit(.minutes(5)))
struct EventHubTests {
    /// A hub whose intervals pass when the test says so.
    private struct Rig: Sendable {
        let core: APIRig
        let hub: EventHub
        private let ticks: BatchQueue<Void>
        private let sleeping: BatchQueue<Void>

        init() {
            let (core, ticks, sleeping) = (APIRig(), BatchQueue<Void>(), BatchQueue<Void>())
            (self.core, self.ticks, self.sleeping) = (core, ticks, sleeping)
            hub = EventHub(
                boot: "boot", engine: core.core.engine,
                sleep: { _ in
                    sleeping.put(())
                    guard await ticks.take() != nil else { throw CancellationError() }
                }, newestSample: { nil }, logger: Logger(label: "test"))
        }

        /// Lets an interval pass, and waits until what changed in it is in a frame.
        func tick() async {
            ticks.put(())
            _ = await sleeping.take()
        }

        /// Lets the last interval pass before the hub rests.
        func lastTick() {
            ticks.put(())
        }

        func run(_ body: @escaping @Sendable (Rig) async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await core.core.engine.run() }
                group.addTask { await hub.run() }
                try await body(self)
                ticks.finish()
                group.cancelAll()
                core.core.engine.finish()
            }
        }

        func subscribe(_ topics: [String], after last: UInt64? = nil) async throws -> EventHub.Subscription {
            let isFirst = await hub.news(after: .max).tick == 0
            let subscription = await hub.subscribe(try EventTopics(topics), after: last)
            if isFirst { _ = await sleeping.take() }
            return subscription
        }

        func start(_ id: String) async throws {
            try await core.core.engine.start(
                Engine.Start(id: WorkflowID(rawValue: id), type: "order", input: [], tier: nil))
        }

        func changed(after last: UInt64, _ topics: [String]) async throws -> JSONValue {
            await hub.news(after: last).frame?.json(for: try EventTopics(topics)) ?? .null
        }
    }

    @Test(
        "tell of runs that began and ended, with their numbers, and of watched runs' entries; nothing while nothing happens"
    )
    func frames() async throws {
        try await Rig().run { rig in
            let subscription = try await rig.subscribe(["workflows", "workflow:a"])
            #expect(!subscription.isResumed)
            await rig.tick()
            #expect(await rig.hub.news(after: subscription.start).frame == nil)
            try await rig.start("a")
            try await rig.start("b")
            await rig.tick()
            let json = try await rig.changed(after: subscription.start, ["workflows", "workflow:a"])
            #expect(json["workflows"]["changed"].elements.compactMap { $0["id"].string }.sorted() == ["a", "b"])
            #expect(json["workflows"]["counts"]["PENDING"] == .integer(2))
            #expect(json["runs"].names == ["a"])
            #expect(json["runs"]["a"]["lastSequence"] == .integer(1))
            #expect(try await rig.changed(after: subscription.start, ["workers"]) == .null)
            let last = try #require(await rig.hub.news(after: subscription.start).frame?.number)
            try await rig.core.core.engine.cancel(WorkflowID(rawValue: "a"))
            try await rig.core.core.engine.delete(WorkflowID(rawValue: "a"))
            await rig.tick()
            let next = try await rig.changed(after: last, ["workflows", "workflow:a"])
            #expect(next["workflows"]["removed"].elements == [.string("a")])
            #expect(next["runs"]["a"] == .null && next["runs"].names == ["a"])
        }
    }

    @Test("tell a page that comes back all it missed, in one; one that was away too long begins anew")
    func resuming() async throws {
        try await Rig().run { rig in
            let first = try await rig.subscribe(["workflows"])
            try await rig.start("a")
            await rig.tick()
            await rig.hub.leave(first)
            try await rig.start("b")
            await rig.tick()
            let again = try await rig.subscribe(["workflows"], after: first.start)
            #expect(again.isResumed && again.start == first.start)
            let missed = try await rig.changed(after: again.start, ["workflows"])
            #expect(missed["workflows"]["changed"].elements.count == 2)
            // From the future, or made up.
            #expect(try await rig.subscribe(["workflows"], after: .max).isResumed == false)
            #expect(try await rig.subscribe(["workflows"], after: first.start + 1_000).isResumed == false)
            for number in 0..<700 {
                try await rig.start("n\(number)")
                await rig.tick()
            }
            #expect(try await rig.subscribe(["workflows"], after: first.start).isResumed == false)
            #expect(await rig.hub.news(after: first.start).hasGap)
        }
    }

    @Test("streams that are cut end, and their pages come back without a gap")
    func cut() async throws {
        try await Rig().run { rig in
            let first = try await rig.subscribe(["workflows"])
            rig.hub.cut()
            try await rig.start("a")
            await rig.tick()
            for await _ in first.wakes {}
            let again = try await rig.subscribe(["workflows"], after: first.start)
            #expect(again.isResumed)
            #expect(
                try await rig.changed(after: again.start, ["workflows"])["workflows"]["changed"].elements.count == 1)
            await rig.tick()
            var wakes = again.wakes.makeAsyncIterator()
            #expect(await wakes.next() != nil)
        }
    }

    @Test("topics are told apart by commas, and an id may have one")
    func topics() throws {
        let topics = try EventTopics(["workers", "workflow:a%2Cb %25"])
        #expect(topics.runs == [WorkflowID(rawValue: "a,b %")] && topics.hasWorkers && !topics.hasWorkflows)
        #expect(throws: APIError.self) { try EventTopics(["workflow:"]) }
        #expect(throws: APIError.self) { try EventTopics((0..<21).map { "workflow:\($0)" }) }
    }

    @Test("of more runs than a frame holds, say how many were left out")
    func omitted() async throws {
        try await Rig().run { rig in
            let subscription = try await rig.subscribe(["workflows"])
            for number in 0..<(ChangeFeed.maximum + 7) { try await rig.start("n\(number)") }
            await rig.tick()
            let json = try await rig.changed(after: subscription.start, ["workflows"])
            #expect(json["workflows"]["changed"].elements.count == ChangeFeed.maximum)
            #expect(json["workflows"]["omitted"] == .integer(7))
        }
    }

    @Test("rest when no page has listened for a while, and who comes then begins anew")
    func resting() async throws {
        try await Rig().run { rig in
            let first = try await rig.subscribe(["workflows"])
            await rig.hub.leave(first)
            for _ in 0..<299 { await rig.tick() }
            #expect(try await rig.subscribe(["workflows"], after: first.start).isResumed)
        }
        try await Rig().run { rig in
            let first = try await rig.subscribe(["workflows"])
            await rig.hub.leave(first)
            for _ in 0..<299 { await rig.tick() }
            // The last one: nobody sleeps after it.
            rig.lastTick()
            while await rig.hub.isGathering { try await Task.sleep(for: .milliseconds(1)) }
            try await rig.start("unseen")
            #expect(await rig.hub.subscribe(try EventTopics(["workflows"]), after: first.start).isResumed == false)
        }
    }

    @Test("a page is sent a hello, frames, and a heartbeat after 25 intervals without any")
    func stream() throws {
        var stream = EventStream(boot: "b", topics: try EventTopics(["workers"]), start: 3)
        #expect(String(buffer: stream.hello(isResumed: true)).hasPrefix("event: hello\nid: b-3\ndata: {\"boot\":\"b\""))
        func news(_ frame: EventFrame?, tick: UInt64, hasGap: Bool = false) -> EventHub.News {
            EventHub.News(frame: frame, hasGap: hasGap, tick: tick)
        }
        #expect(stream.event(for: news(nil, tick: 10)) == nil)
        var frame = EventFrame(number: 4)
        frame.isWorkersChanged = true
        let sent = stream.event(for: news(frame, tick: 11)).map { String(buffer: $0) }
        #expect(sent == "event: frame\nid: b-4\ndata: {\"workers\":true}\n\n")
        #expect(stream.event(for: news(nil, tick: 35)) == nil)
        #expect(stream.event(for: news(nil, tick: 36)).map { String(buffer: $0) } == "event: heartbeat\ndata: {}\n\n")
        // What the page did not ask for is not sent, and is known all the same.
        var other = EventFrame(number: 5)
        other.readiness = nil
        #expect(stream.event(for: news(other, tick: 37)) == nil)
        #expect(stream.last == 5)
        let anew = stream.event(for: news(EventFrame(number: 9), tick: 38, hasGap: true)).map { String(buffer: $0) }
        #expect(anew?.contains("\"resumed\":false") == true && anew?.contains("id: b-9") == true)
    }
}
