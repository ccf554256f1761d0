/// What a worker reports about one run.
package struct RunReport: Sendable, Equatable {
    package var task: String
    /// The number of the first record within its lease; numbers count from 1.
    package var firstRecord: UInt64
    package var records: [WorkerRecord]
    /// The oldest step that has been running for a while, if that changed.
    package var currentStep: String?
    /// The worker gives the run back after the records.
    package var givesBack: Bool
    /// The run only waits, and has seen the journal up to this entry.
    package var waitingAt: UInt64?
    /// The worker's code does not fit the journal: it gives the run back after the records.
    package var blockage: Blockage?

    package init(
        task: String, firstRecord: UInt64, records: [WorkerRecord], currentStep: String? = nil,
        givesBack: Bool = false, waitingAt: UInt64? = nil, blockage: Blockage? = nil
    ) {
        self.task = task
        self.firstRecord = firstRecord
        self.records = records
        self.currentStep = currentStep
        self.givesBack = givesBack
        self.waitingAt = waitingAt
        self.blockage = blockage
    }
}

/// The server's answer to what a worker reported about one run.
package enum RunAcknowledgement: Sendable, Equatable {
    /// Durable; with the place of each record in the journal.
    case applied([RecordPlace])
    /// The lease is over: drop the run.
    case stale(String)
    /// The run has ended: drop it.
    case closed(String)
    /// A record is missing: drop the run.
    case gap(String)
    /// The records can't be accepted as they are. The run stays.
    case refused(String)
    /// Nothing can be said now: the run changes servers. The same report may be made again.
    case later(String)
}
