internal import AetherRuntime
public import FoundationEssentials

extension WorkflowContext {
    /// The time of the journal's last entry that the workflow has seen: of the start, or of the last operation that
    /// returned.
    ///
    /// The same on every replay. It stands still between operations, and is the server's time, in milliseconds.
    public var now: Date { Date(timeIntervalSince1970: Double(run.now.millisecondsSinceEpoch) / 1000) }

    /// A random UUID of version 4, the same on every replay.
    ///
    /// Derived, as ``random()`` is, from the run's seed and the place of the call (`uuid:#1`, `uuid:#2` …): two outputs,
    /// big-endian, with the bits of version and variant set. Nothing is recorded, so it costs nothing. Not for secrets.
    ///
    /// - Returns: the UUID.
    public func uuid() -> UUID {
        var random = run.random(kind: "uuid")
        return random.uuid()
    }

    /// A random number in 0 ..< 1, the same on every replay.
    ///
    /// Every SDK computes the same numbers: SplitMix64, whose state begins as the run's recorded seed XOR the 64-bit FNV-1a
    /// hash of the call's operation key in UTF-8 (`random:#1`, `random:#2` …, with the branch's scope before it). This
    /// form gives the upper 53 bits of the first output, times 2⁻⁵³. Not for secrets.
    ///
    /// - Returns: the number.
    public func random() -> Double {
        var random = run.random(kind: "random")
        return random.unit()
    }

    /// A random number in a range, each equally likely, the same on every replay.
    ///
    /// The upper half of the 128-bit product of an output and the range's width; an output whose lower half is below
    /// (2⁶⁴ − width) mod width is passed over. See ``random()`` for the outputs.
    ///
    /// - Parameter range: not empty.
    /// - Returns: the number.
    public func random(in range: Range<Int>) -> Int {
        precondition(!range.isEmpty, "a random number can't come from an empty range")
        return random(in: range.lowerBound...range.upperBound - 1)
    }

    /// A random number in a closed range. See the form for a half-open range.
    ///
    /// - Parameter range: where the number may lie.
    /// - Returns: the number.
    public func random(in range: ClosedRange<Int>) -> Int {
        var random = run.random(kind: "random")
        let width = UInt64(bitPattern: Int64(range.upperBound)) &- UInt64(bitPattern: Int64(range.lowerBound)) &+ 1
        return range.lowerBound &+ Int(truncatingIfNeeded: random.below(width))
    }

    /// A random number in a range: its lower bound plus ``random()`` times its width.
    ///
    /// - Parameter range: where the number may lie; finite and not empty.
    /// - Returns: the number.
    public func random(in range: Range<Double>) -> Double {
        precondition(!range.isEmpty, "a random number can't come from an empty range")
        let value = range.lowerBound + random() * (range.upperBound - range.lowerBound)
        // Rounding may reach the bound.
        return value < range.upperBound ? value : range.upperBound.nextDown
    }
}
