/// Which span of which trace something belongs to: W3C Trace Context (https://www.w3.org/TR/trace-context/).
package struct TraceContext: Sendable, Hashable {
    /// A trace's id; never zero.
    package struct TraceID: Sendable, Hashable {
        package var high: UInt64
        package var low: UInt64

        package init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    package var traceID: TraceID
    /// The span's id; never zero.
    package var spanID: UInt64
    /// Whether the spans of the trace are recorded.
    package var isSampled: Bool
    /// Whether the trace's id is random, as level 2 of the specification says.
    package var isRandom: Bool
    /// What vendors of tracing systems have to say to one another; empty for nothing.
    package var state: String

    package init(traceID: TraceID, spanID: UInt64, isSampled: Bool, isRandom: Bool = false, state: String = "") {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
        self.isRandom = isRandom
        self.state = state
    }

    /// The same trace, another span.
    package func span(_ id: UInt64) -> TraceContext {
        var context = self
        context.spanID = id
        return context
    }
}

extension TraceContext {
    /// The longest `tracestate` that is passed on: what the specification asks for at least, and nobody fills journals with.
    private static let maximumStateLength = 512

    /// Reads the two headers. A `tracestate` that makes no sense is left out.
    ///
    /// - Returns: `nil` when `traceparent` is empty or malformed: then there is no trace to be part of.
    package init?(traceparent: String, tracestate: String = "") {
        if traceparent.isEmpty { return nil }
        let parts = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, let version = Self.number(parts[0], digits: 2), version != 0xff,
            // Later versions may have more behind the flags.
            version != 0 || parts.count == 4, parts[1].count == 32,
            let high = Self.number(parts[1].prefix(16), digits: 16),
            let low = Self.number(parts[1].suffix(16), digits: 16), high != 0 || low != 0,
            let span = Self.number(parts[2], digits: 16), span != 0, let flags = Self.number(parts[3], digits: 2)
        else { return nil }
        self.init(
            traceID: TraceID(high: high, low: low), spanID: span, isSampled: flags & 1 != 0, isRandom: flags & 2 != 0,
            state: Self.isUsable(tracestate) ? tracestate : "")
    }

    /// The header `traceparent`.
    package var traceparent: String {
        let flags = (isSampled ? 1 : 0) | (isRandom ? 2 : 0)
        return "00-\(traceID)-\(Self.hexadecimal(spanID))-0\(flags)"
    }

    /// 16 digits.
    package static func hexadecimal(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func isUsable(_ state: String) -> Bool {
        state.utf8.count <= maximumStateLength && state.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 }
    }

    /// A number of lower-case hexadecimal digits.
    private static func number(_ text: Substring.UTF8View, digits: Int) -> UInt64? {
        guard text.count == digits else { return nil }
        var number: UInt64 = 0
        for digit in text {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}

extension TraceContext.TraceID: CustomStringConvertible {
    /// 32 hexadecimal digits.
    package var description: String { TraceContext.hexadecimal(high) + TraceContext.hexadecimal(low) }
}
