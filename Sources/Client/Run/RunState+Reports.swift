internal import AetherRuntime

extension RunState {
    /// What is told to the server of a run at one time.
    struct Report {
        var firstRecord: UInt64
        var records: [WorkerRecord]
        /// The name of a step that has been running for a while, if it changed.
        var currentStep: String?
        /// The place in the journal where the run only waits.
        var waitingAt: UInt64?
        var givesBack: Bool
        /// Why the run is given back, when its code does not fit.
        var blockage: Blockage?
    }

    /// Whether there is something to report, and no report under way.
    var wantsReport: Bool {
        !isReporting && ending != .ended
            && (!records.isEmpty || stepToTell != nil || waitingToTell != nil || isGivingBack)
    }

    /// What is to be reported now: everything not acknowledged.
    mutating func takeReport() -> Report? {
        guard wantsReport else { return nil }
        isReporting = true
        let isIdle = records.isEmpty
        defer {
            stepToTell = nil
            waitingToTell = nil
        }
        isGiveBackReported = isIdle && isGivingBack
        return Report(
            firstRecord: firstRecord, records: records, currentStep: stepToTell,
            waitingAt: isIdle && blockage == nil ? (isGivingBack ? nextSequence - 1 : waitingToTell) : nil,
            givesBack: isGiveBackReported, blockage: isGiveBackReported ? blockage : nil)
    }

    /// The server has stored the first records, at these places in the journal.
    ///
    /// - Returns: whether the run has ended with them, or is given back.
    mutating func acknowledge(_ places: [JournalPlace]) -> Bool {
        var hasEnded = isGiveBackReported
        for (record, place) in zip(records, places) {
            switch record {
            case .close, .continueAsNew: hasEnded = true
            default: break
            }
            guard let event = record.event(at: place.time) else { continue }
            arrive(JournalEntry(sequence: place.sequence, time: place.time, event: event))
        }
        let count = min(places.count, records.count)
        records.removeFirst(count)
        firstRecord += UInt64(count)
        isReporting = false
        return hasEnded
    }

    /// The function ended: with what is to be reported of that, or too early for the journal, which has operations that it did not call.
    mutating func close(with record: WorkerRecord) -> Bool {
        guard ending != .ended, blockage == nil else { return false }
        if let missing = firstUncalled {
            block(missing)
        } else {
            records.append(record)
        }
        return true
    }

    mutating func tell(_ step: String) {
        guard step != toldStep else { return }
        toldStep = step
        stepToTell = step
    }
}
