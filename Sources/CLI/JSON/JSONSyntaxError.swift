/// Text which isn't JSON: what is wrong, and where.
struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    /// Counted from 1.
    var line: Int
    /// Counted from 1, in characters.
    var column: Int
    var problem: String

    var description: String { "line \(line), column \(column): \(problem)" }
}
