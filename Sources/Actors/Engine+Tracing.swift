package import AetherRuntime

/// Which spans what workers and children do is part of.
extension Engine {
    /// The context of what is done for a run: its span's where the engine tells of it, else that of what started it.
    package func traceContext(of start: WorkflowStart) -> TraceContext? {
        guard let trace = start.trace else { return nil }
        return tracer == nil ? trace : trace.ofRun(seed: start.seed)
    }

    /// The context of the child of a run that was started in a context.
    func traceContext(ofChildOf parent: ParentLink, in trace: TraceContext?) -> TraceContext? {
        tracer == nil ? trace : trace?.ofRun(seed: parent.seed)
    }
}

extension TraceContext {
    /// The run's span, for the context of what started the run.
    func ofRun(seed: UInt64) -> TraceContext { span(max(1, SplitMix64.hash(seed, "span", 0))) }
}
