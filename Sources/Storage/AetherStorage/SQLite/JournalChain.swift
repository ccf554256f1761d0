/// The rows of one workflow's entries, first to last; they only ever grow at the end.
struct JournalChain: Sendable {
    var rows: [Int64] = []

    /// The place of a row, by binary search: rows of a chain ascend.
    func index(of row: Int64) -> Int? {
        var (low, high) = (0, rows.count)
        guard let last = rows.last, row <= last else { return nil }
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low] == row ? low : nil
    }
}
