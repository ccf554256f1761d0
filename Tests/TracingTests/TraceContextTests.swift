import AetherRuntime
import Testing

@Suite("A trace context")
struct TraceContextTests {
    private let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("is read from traceparent and tracestate, and written as it was")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: parent, tracestate: "congo=t61,rojo=00f067"))
        #expect(context.traceID == .init(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c))
        #expect(context.spanID == 0xb7ad_6b71_6920_3331)
        #expect(context.isSampled)
        #expect(context.traceparent == parent)
        #expect(context.state == "congo=t61,rojo=00f067")
        #expect(context.span(1).traceparent == "00-0af7651916cd43dd8448eb211c80319c-0000000000000001-01")
    }

    @Test(
        "says whether the trace is recorded, and its id random, and nothing else of the flags",
        arguments: [
            ("00", false, "00"), ("01", true, "01"), ("02", false, "02"), ("03", true, "03"), ("fd", true, "01"),
        ])
    func flags(flags: String, isSampled: Bool, written: String) throws {
        let context = try #require(TraceContext(traceparent: parent.dropLast(2) + flags))
        #expect(context.isSampled == isSampled)
        #expect(context.traceparent.suffix(2) == written)
    }

    @Test("of a later version is read as far as it is known")
    func laterVersion() throws {
        let later = "cc" + parent.dropFirst(2)
        #expect(TraceContext(traceparent: later)?.traceparent == parent)
        #expect(TraceContext(traceparent: later + "-what-the-future")?.traceparent == parent)
    }

    @Test(
        "that is malformed is none",
        arguments: [
            "", "00", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", "0-a-b-c", "00-é-b-01",
            "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        ])
    func malformed(text: String) {
        #expect(TraceContext(traceparent: text, tracestate: "a=b") == nil)
    }

    @Test("leaves out a tracestate that is too long, or no text")
    func state() {
        for state in [String(repeating: "a", count: 513), "a=b\n", "a=é"] {
            #expect(TraceContext(traceparent: parent, tracestate: state)?.state == "")
        }
        #expect(TraceContext(traceparent: parent, tracestate: String(repeating: "a", count: 512))?.state.count == 512)
    }
}
