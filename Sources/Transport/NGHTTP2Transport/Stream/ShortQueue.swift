internal import DequeModule

/// A queue that allocates nothing while it holds at most one element, which is all a unary call needs.
struct ShortQueue<Element> {
    private(set) var first: Element?
    private var rest = Deque<Element>()

    var isEmpty: Bool { first == nil }

    mutating func append(_ element: Element) {
        if first == nil { first = element } else { rest.append(element) }
    }

    mutating func popFirst() -> Element? {
        guard let element = first else { return nil }
        first = rest.popFirst()
        return element
    }

    mutating func removeAll() {
        first = nil
        rest = []
    }
}

extension ShortQueue: Sendable where Element: Sendable {}
