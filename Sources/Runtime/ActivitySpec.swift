/// What is asked for when an activity is scheduled.
public struct ActivitySpec: Sendable, Hashable {
    /// The name workers offer it under.
    public var name: String
    /// The service whose workers may have it; empty is any.
    public var service: String
    /// The input as JSON bytes.
    public var input: [UInt8]
    public var retry: RetryPolicy
    /// How long one attempt may take, in milliseconds; 0 is no limit.
    public var startToCloseMilliseconds: Int64
    /// How long all attempts may take together, the waits included, in milliseconds; 0 is no limit.
    public var scheduleToCloseMilliseconds: Int64
    /// How long an attempt may go without a heartbeat, in milliseconds; 0 is no limit.
    public var heartbeatMilliseconds: Int64
    /// What becomes of the activity when the workflow no longer waits for it.
    public var cancellation: ActivityCancellation

    public init(
        name: String, service: String = "", input: [UInt8], retry: RetryPolicy = RetryPolicy(),
        startToCloseMilliseconds: Int64 = 0, scheduleToCloseMilliseconds: Int64 = 0, heartbeatMilliseconds: Int64 = 0,
        cancellation: ActivityCancellation = .try
    ) {
        self.name = name
        self.service = service
        self.input = input
        self.retry = retry
        self.startToCloseMilliseconds = startToCloseMilliseconds
        self.scheduleToCloseMilliseconds = scheduleToCloseMilliseconds
        self.heartbeatMilliseconds = heartbeatMilliseconds
        self.cancellation = cancellation
    }
}
