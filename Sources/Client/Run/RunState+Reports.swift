internal import AetherRuntime

extension RunState {
    /// Whether there is something to report, and no report under way.
    var wantsReport: Bool {
        !isReporting && ending != .ended
            && (!records.isEmpty || stepToTell != nil || waitingToTell != nil || isGivingBack)
    }

    /// What is to be reported now: everything not acknowledged.
    mutating func takeReport(of task: String) -> RunReport? {
        guard wantsReport else { return nil }
        isReporting = true
        let isIdle = records.isEmpty
        defer {
            stepToTell = nil
            waitingToTell = nil
        }
        isGiveBackReported = isIdle && isGivingBack
        return RunReport(
            task: task, firstRecord: firstRecord, records: records, currentStep: stepToTell,
            givesBack: isGiveBackReported,
            waitingAt: isIdle && blockage == nil ? (isGivingBack ? nextSequence - 1 : waitingToTell) : nil,
            blockage: isGiveBackReported ? blockage : nil)
    }

    /// How far a run has come, as its worker tells a server that it comes back to.
    struct Place: Hashable {
        /// The last entry of the journal that this worker has, all before included; 0 for none.
        var sequence: UInt64
        /// The number of the last record that was acknowledged; 0 for none.
        var record: UInt64
    }

    /// Where the run is. From now on that holds: an answer to the report under way is of another server, or of this one before,
    /// and comes too late. The records are reported again.
    mutating func takePlace() -> Place {
        isAnswerLate = isReporting
        return Place(sequence: lastKnown, record: firstRecord - 1)
    }

    /// The server has stored the first records, at these places in the journal.
    ///
    /// - Returns: whether the run has ended with them, or is given back.
    mutating func acknowledge(_ places: [RecordPlace]) -> Bool {
        if isAnswerLate {
            (isAnswerLate, isReporting, isGiveBackReported) = (false, false, false)
            return false
        }
        var hasEnded = isGiveBackReported
        for (record, place) in zip(records, places) {
            switch record {
            case .close, .continueAsNew: hasEnded = true
            default: break
            }
            if case .stepResolved = record {
                pass(place.sequence)
            } else if let event = record.event(at: place.time) {
                arrive(JournalEntry(sequence: place.sequence, time: place.time, event: event))
            }
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
            reportEarly()
            records.append(record)
            // Nothing begins or is reported behind the end, which ends all operations.
            (parked, unreportedCancellations) = ([], [])
        }
        return true
    }

    mutating func tell(_ step: String) {
        guard step != toldStep else { return }
        toldStep = step
        stepToTell = step
    }
}
