extension Duration {
    /// The least number of whole milliseconds that is no shorter; within what an `Int64` holds.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1000)
        guard !isOver else { return seconds < 0 ? .min : .max }
        let rest = attoseconds / 1_000_000_000_000_000
        let isExact = attoseconds % 1_000_000_000_000_000 == 0
        return whole.addingReportingOverflow(isExact || attoseconds < 0 ? rest : rest + 1).partialValue
    }
}
