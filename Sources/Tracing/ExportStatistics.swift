/// What became of spans.
package struct ExportStatistics: Sendable, Hashable {
    package var exported = 0
    /// Those that there was no room for, that a collector refused, or that could not be delivered in time.
    package var dropped = 0
}
