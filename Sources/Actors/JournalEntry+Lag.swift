internal import AetherRuntime

extension JournalEntry {
    /// Whether a run at tier L1 may go on before this entry is durable. Only what the run's own worker found out, and can
    /// find out again: nothing that others saw, or that begins something outside the run.
    var mayLag: Bool {
        switch event {
        case .stepCompleted, .stepFailed: true
        case .started, .assigned, .released, .cancelRequested, .closed: false
        }
    }
}
