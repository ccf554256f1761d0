/// Text which isn't JSON: what is wrong, and where.
package struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1.
    package var line: Int
    /// Counted from 1, in characters.
    package var column: Int
    package var problem: String

    package var description: String { "line \(line), column \(column): \(problem)" }
}
