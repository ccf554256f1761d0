package import AetherRuntime

/// Something in a database that can't be as an engine leaves it.
package struct DatabaseFinding: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// SQLite itself finds the file damaged.
        case file
        /// A journal can't be read from its first entry to its last.
        case journal
        /// Rows of the journal belong to no workflow's history.
        case strayEntries = "stray-entries"
        /// An operation has two outcomes.
        case outcome
        /// Leases are not numbered upwards.
        case epoch
        /// A workflow's row says something else than its journal.
        case state
        /// A time to wake that no timer of the workflow has.
        case orphanTimer = "orphan-timer"
        /// A timer of a workflow that is not in memory, and that nobody will wake in time.
        case missedTimer = "missed-timer"
        /// A workflow that is marked as resting, and has something to do.
        case resting
        /// A child and its parent say different things.
        case family
        /// The number of workflows of a state, or how much they take, is another than was counted.
        case count
    }

    package var kind: Kind
    /// `nil` when it is about the file as a whole.
    package var workflow: WorkflowID?
    /// What is wrong.
    package var message: String

    package init(_ kind: Kind, of workflow: WorkflowID? = nil, _ message: String) {
        self.kind = kind
        self.workflow = workflow
        self.message = message
    }

    /// What to do about it.
    package var remedy: String {
        switch kind {
        case .file, .journal, .strayEntries, .outcome, .epoch, .family, .count:
            "restore the database from a backup"
        case .state, .orphanTimer, .missedTimer, .resting:
            "restore the database from a backup, or terminate and delete the workflow"
        }
    }
}
