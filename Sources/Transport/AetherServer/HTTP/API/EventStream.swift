internal import AetherJSON
internal import NIOCore

/// What one page is sent, decided from the news: a value, which ``API`` writes.
struct EventStream: Sendable {
    private let boot: String
    private let topics: EventTopics
    /// The last frame that the page knows.
    private(set) var last: UInt64
    /// When it was sent something last.
    private var lastTick: UInt64?

    init(boot: String, topics: EventTopics, start: UInt64) {
        self.boot = boot
        self.topics = topics
        last = start
    }

    /// The first event: whether the page has missed anything that it will not be told.
    func hello(isResumed: Bool) -> ByteBuffer {
        event(
            "hello",
            .object([
                "boot": .string(boot), "version": .string(AetherVersion.current), "resumed": .bool(isResumed),
            ]),
            id: last)
    }

    /// What the page is sent now; `nil` for nothing.
    mutating func event(for news: EventHub.News) -> ByteBuffer? {
        if news.hasGap {
            // It reads slower than things happen: it begins anew.
            last = news.frame?.number ?? last
            lastTick = news.tick
            return hello(isResumed: false)
        }
        if let frame = news.frame {
            last = frame.number
            guard let json = frame.json(for: topics) else { return heartbeat(at: news.tick) }
            lastTick = news.tick
            return event("frame", json, id: last)
        }
        return heartbeat(at: news.tick)
    }

    /// A sign of life, if it is time for one.
    private mutating func heartbeat(at tick: UInt64) -> ByteBuffer? {
        let isDue = lastTick.map { tick - $0 >= UInt64(EventHub.heartbeatTicks) } ?? false
        if lastTick == nil || isDue { lastTick = tick }
        return isDue ? event("heartbeat", .object([JSONValue.Member]())) : nil
    }

    /// JSON has no line breaks of its own, so it is one line of data.
    private func event(_ name: String, _ data: JSONValue, id: UInt64? = nil) -> ByteBuffer {
        let id = id.map { "id: \(boot)-\($0)\n" } ?? ""
        return ByteBuffer(string: "event: \(name)\n\(id)data: \(data.text)\n\n")
    }
}
