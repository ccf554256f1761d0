extension Duration {
    /// So many minutes of 60 seconds.
    ///
    /// - Parameter minutes: how many; negative ones go back.
    /// - Returns: the duration.
    public static func minutes<Number: BinaryInteger>(_ minutes: Number) -> Duration { .seconds(60) * minutes }

    /// So many hours of 60 minutes.
    ///
    /// - Parameter hours: how many; negative ones go back.
    /// - Returns: the duration.
    public static func hours<Number: BinaryInteger>(_ hours: Number) -> Duration { .seconds(3600) * hours }

    /// So many days of 24 hours, whatever the calendar says.
    ///
    /// - Parameter days: how many; negative ones go back.
    /// - Returns: the duration.
    public static func days<Number: BinaryInteger>(_ days: Number) -> Duration { .seconds(86_400) * days }
}
