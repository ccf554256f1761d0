/// How long a call goes on trying. A pure value: whoever asks it waits as it says.
struct RetryBudget {
    private let patience: Duration
    private var spent = Duration.zero
    private var next = Duration.milliseconds(5)
    private static let longest = Duration.seconds(1)

    /// - Parameter patience: how long all waits together may be.
    init(patience: Duration) {
        self.patience = patience
    }

    /// How long to wait before the next try; `nil` when another one is of no use, or patience is at its end.
    mutating func delay(after failure: PostgresFailure) -> Duration? {
        guard failure.isLost || failure.isConflict || failure.isReadOnly, spent < patience else { return nil }
        let delay = min(next, patience - spent)
        spent += delay
        next = min(next * 2, Self.longest)
        return delay
    }
}
