/// The text of a statement: what the code says literally, and in it other such texts and whole numbers.
///
/// A `String` can't become a part of it, so no value does: values are bound to its parameters.
struct SQLText: Hashable, Sendable {
    let text: String

    static func + (left: SQLText, right: SQLText) -> SQLText { SQLText(text: left.text + right.text) }

    private init(text: String) {
        self.text = text
    }
}

extension SQLText: ExpressibleByStringInterpolation {
    init(stringLiteral text: StaticString) {
        self.init(text: text.description)
    }

    init(stringInterpolation parts: Interpolation) {
        self.init(text: parts.text)
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: StaticString) {
            text += literal.description
        }

        mutating func appendInterpolation(_ sql: SQLText) {
            text += sql.text
        }

        mutating func appendInterpolation(_ number: some BinaryInteger) {
            text += String(number)
        }
    }
}

extension [SQLText] {
    func joined(separator: SQLText) -> SQLText {
        dropFirst().reduce(first ?? "") { $0 + separator + $1 }
    }
}
