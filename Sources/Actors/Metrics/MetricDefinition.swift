/// A family of metrics: its name, and how to read it.
package struct MetricDefinition: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// It only grows; since the server started.
        case counter
        /// How something stands at the moment.
        case gauge
        /// How many values were at most as high as each of these bounds, which ascend.
        case histogram(bounds: [Double])
    }

    package enum Unit: String, Sendable, Hashable {
        case one
        case seconds
        case bytes
        case entries
    }

    /// What tells the series of a family apart, with every value there is: none is ever made up of what users choose.
    package struct Label: Sendable, Hashable {
        package var name: String
        package var values: [String]
    }

    /// As Prometheus wants it: with the unit, and `_total` for what only grows.
    package var name: String
    package var kind: Kind
    package var unit: Unit
    /// One sentence.
    package var help: String
    package var label: Label?

    init(_ name: String, _ kind: Kind, unit: Unit = .one, by label: Label? = nil, _ help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.label = label
        self.help = help
    }
}
