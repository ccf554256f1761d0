internal import AetherJSON
internal import Hummingbird
internal import NIOCore

/// The JSON object in a request's body, each member checked.
struct APIBody {
    private let members: [String: JSONValue]

    /// - Throws: ``APIError`` when the body is no JSON object, or has a member besides those known.
    init(_ bytes: [UInt8], known: Set<String>) throws(APIError) {
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = bytes.isEmpty ? .object([JSONValue.Member]()) : try JSONParser.parse(bytes)
        } catch {
            throw APIError(.invalidArgument, "the body is no JSON: \(error)", remedy: "send a JSON object")
        }
        guard case .object(let members) = value else {
            throw APIError(.invalidArgument, "the body is no JSON object", remedy: "send a JSON object")
        }
        if let unknown = members.first(where: { !known.contains($0.name) }) {
            let names = known.sorted().joined(separator: ", ")
            throw APIError(
                .invalidArgument, "there is no member \"\(unknown.name)\" here",
                remedy: known.isEmpty ? "send none" : "there are \(names)")
        }
        self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// A text; `nil` when it isn't there, or `null`.
    func text(_ name: String) throws(APIError) -> String? {
        switch members[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw APIError(.invalidArgument, "\(name) is no text", remedy: "send it in double quotes")
        }
    }

    func requiredText(_ name: String) throws(APIError) -> String {
        guard let text = try text(name), !text.isEmpty else {
            throw APIError(.invalidArgument, "\(name) is missing", remedy: "send {\"\(name)\": …}")
        }
        return text
    }

    func texts(_ name: String, count: ClosedRange<Int>) throws(APIError) -> [String] {
        guard case .array(let values) = members[name], count.contains(values.count) else {
            throw APIError(
                .invalidArgument, "\(name) is no list of \(count.lowerBound) to \(count.upperBound) texts",
                remedy: "send {\"\(name)\": [\"…\"]}")
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw APIError(.invalidArgument, "\(name) has an element that is no text", remedy: "send texts only")
            }
            texts.append(text)
        }
        return texts
    }

    /// A value for a workflow, in the form in which every SDK sends it; no bytes when it isn't there, which read as `null`.
    func payload(_ name: String) -> [UInt8] {
        members[name].map { Array($0.canonicalText.utf8) } ?? []
    }
}
