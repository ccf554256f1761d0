import AetherJSON
import AetherRuntime
import Testing

@testable import AetherTracing

@Suite("OTLP")
struct OTLPTests {
    @Test("has ids in hexadecimal, and times and whole numbers as text")
    func message() throws {
        let trace = TraceContext(
            traceID: .init(high: 0x5b8e_fff7_9803_8103, low: 0xd269_b633_813f_c60c), spanID: 0xeee1_9b7e_c3c1_b174,
            isSampled: true, state: "a=b")
        var span = SpanRecord(
            name: "I'm a \"span\"", kind: .server, context: trace, parentID: 1, start: 1_544_712_660_000_000_000,
            end: 1_544_712_661_000_000_000,
            attributes: [
                .init("s", .string("x")), .init("i", .integer(.max)), .init("d", .double(0.5)),
                .init("n", .double(.nan)),
                .init("b", .boolean(true)), .init("a", .array([.integer(1), .string("2")])),
            ])
        span.events = [.init(name: "e", time: 5, attributes: [])]
        span.links = [.init(context: trace)]
        span.status = .error("no")
        let message = OTLPMessage(
            resource: [.init("service.name", .string("shop"))], scope: ("aether", "1"), spans: [span])
        #expect(
            message.text == """
                {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},\
                "scopeSpans":[{"scope":{"name":"aether","version":"1"},"spans":[{\
                "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","traceState":"a=b",\
                "parentSpanId":"0000000000000001","flags":1,"name":"I'm a \\"span\\"","kind":2,\
                "startTimeUnixNano":"1544712660000000000","endTimeUnixNano":"1544712661000000000",\
                "attributes":[{"key":"s","value":{"stringValue":"x"}},{"key":"i","value":{"intValue":"9223372036854775807"}},\
                {"key":"d","value":{"doubleValue":0.5}},{"key":"n","value":{"doubleValue":"NaN"}},\
                {"key":"b","value":{"boolValue":true}},\
                {"key":"a","value":{"arrayValue":{"values":[{"intValue":"1"},{"stringValue":"2"}]}}}],\
                "events":[{"timeUnixNano":"5","name":"e","attributes":[]}],\
                "links":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","traceState":"a=b",\
                "attributes":[]}],"status":{"code":2,"message":"no"}}]}]}]}
                """)
        _ = try JSONParser.parse(Array(message.text.utf8))
    }

    @Test(
        "goes to /v1/traces of an endpoint",
        arguments: [
            ("http://localhost:4318", "localhost", 4318, false, "/v1/traces"),
            ("http://localhost", "localhost", 80, false, "/v1/traces"),
            ("HTTPS://c.example/otlp/", "c.example", 443, true, "/otlp/v1/traces"),
            ("http://[::1]:5", "::1", 5, false, "/v1/traces"),
        ])
    func endpoint(url: String, host: String, port: Int, isSecure: Bool, path: String) throws {
        let endpoint = try OTLPEndpoint(url)
        #expect(endpoint.host == host && endpoint.port == port)
        #expect(endpoint.isSecure == isSecure && endpoint.path == path)
    }

    @Test(
        "goes nowhere else",
        arguments: ["", "localhost:4318", "grpc://a:1", "http://", "http://a:b", "http://u:p@a", "http://a?b"])
    func wrongEndpoint(url: String) {
        #expect(throws: OTLPError.self) { try OTLPEndpoint(url) }
    }

    @Test(
        "is answered for good, or with try again",
        arguments: [
            (200, nil, "", .taken(rejected: 0, reason: "")), (200, nil, "no JSON", .taken(rejected: 0, reason: "")),
            (
                202, nil, #"{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}"#,
                .taken(rejected: 3, reason: "old")
            ),
            (429, "7", "", .tryAgain(after: .seconds(7))), (503, "99999", "", .tryAgain(after: .seconds(60))),
            (502, "Fri, 27 Nov 2026 20:00:00 GMT", "", .tryAgain(after: nil)), (504, nil, "", .tryAgain(after: nil)),
            (400, nil, "", .refused), (404, nil, "", .refused), (500, nil, "", .refused), (301, nil, "", .refused),
        ] as [(Int, String?, String, CollectorAnswer.Meaning)])
    func answer(status: Int, retryAfter: String?, body: String, meaning: CollectorAnswer.Meaning) {
        #expect(CollectorAnswer(status: status, retryAfter: retryAfter, body: Array(body.utf8)).meaning == meaning)
    }

    @Test("has the headers of the environment, and none that can't be sent")
    func headers() {
        let text = "api-key=secret, X-Other = a%20b=c ,broken,=x,bad\u{1}=y,split=a%0d%0ab"
        #expect(
            OTLPEnvironment.headers(["OTEL_EXPORTER_OTLP_HEADERS": text]) == ["api-key": "secret", "x-other": "a b=c"])
        #expect(OTLPEnvironment.headers([:]).isEmpty)
    }
}
