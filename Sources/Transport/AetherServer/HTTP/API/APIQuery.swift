internal import AetherRuntime
internal import Foundation
internal import Hummingbird

/// The parameters of a request's query, each checked. One that nobody asks for is an error: it may be a mistyped filter.
struct APIQuery {
    private let values: [String: [String]]

    /// - Throws: ``APIError`` when there is a parameter besides those known, or one is there twice.
    init(_ request: Request, known: Set<String>) throws(APIError) {
        var values: [String: [String]] = [:]
        for (name, value) in request.uri.queryParameters {
            guard known.contains(String(name)) else {
                let names = known.sorted().joined(separator: ", ")
                throw APIError(
                    .invalidArgument, "there is no parameter \"\(name)\" here",
                    remedy: known.isEmpty ? "leave it away" : "there are \(names)")
            }
            values[String(name), default: []].append(String(value))
        }
        self.values = values
    }

    /// A text; empty when it isn't there.
    func text(_ name: String) throws(APIError) -> String {
        guard let found = values[name] else { return "" }
        guard found.count == 1, let text = found.first else {
            throw APIError(.invalidArgument, "\(name) is there twice")
        }
        return text
    }

    /// Texts, from parameters of the name and separated by commas in each.
    func list(_ name: String) -> [String] {
        (values[name] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
    }

    /// A whole number within bounds.
    func number<Number: FixedWidthInteger>(
        _ name: String, in bounds: ClosedRange<Number>, default: Number
    ) throws(APIError) -> Number {
        let text = try text(name)
        if text.isEmpty { return `default` }
        guard let number = Number(text), bounds.contains(number) else {
            throw APIError(
                .invalidArgument, "\(name) is \"\(text)\"",
                remedy: "give a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
        }
        return number
    }

    /// An instant in ISO 8601, with or without fractions of a second.
    func instant(_ name: String) throws(APIError) -> Timestamp? {
        let text = try text(name)
        if text.isEmpty { return nil }
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? withFraction.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text)) else {
            throw APIError(
                .invalidArgument, "\(name) is \"\(text)\"",
                remedy: "give an instant in ISO 8601, as 2026-02-03T04:05:06Z")
        }
        return Timestamp(millisecondsSinceEpoch: Int64((date.timeIntervalSince1970 * 1000).rounded()))
    }
}
