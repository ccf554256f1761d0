internal import AetherRuntime
internal import Tracing

extension Run {
    /// Executes the workflow's function to its end, and reports how it ended.
    func execute(_ workflow: any RegisteredWorkflow) async {
        begin()
        guard let tracer = surroundings.tracer else { return _ = await perform(workflow) }
        let attributes: SpanAttributes = [
            SpanKey.workflowType: .string(info.type), SpanKey.workflowID: .string(info.id),
            SpanKey.attempt: .int64(Int64(info.attempt)),
        ]
        // Nothing in it throws.
        try? await tracer.task("workflow \(info.type)", of: trace, attributes) { span in
            if let outcome = await perform(workflow) { describe(outcome, in: span) }
        }
    }

    private func describe(_ outcome: WorkflowOutcome, in span: any Span) {
        span.updateAttributes { $0[SpanKey.workflowState] = outcome.state.name }
        guard case .failed(let failure) = outcome else { return }
        span.setStatus(SpanStatus(code: .error, message: failure.description))
        if !failure.type.isEmpty { span.updateAttributes { $0[SpanKey.errorType] = failure.type } }
    }

    /// - Returns: how the run ended; `nil` when it goes on as a new one, or was no longer this worker's.
    private func perform(_ workflow: any RegisteredWorkflow) async -> WorkflowOutcome? {
        await Run.$current.withValue(self) {
            do {
                let result = try await workflow.execute(WorkflowContext(run: self), input: input)
                let checked = try reporter.check(result, of: "the workflow's result")
                await awaitChildren()
                return end(.completed(checked))
            } catch let next as ContinuedAsNew {
                await awaitChildren()
                continueAsNew(next.input)
                return nil
            } catch {
                let isCancelled = error is CancellationError && isCancelRequested
                await compensate()
                await awaitChildren()
                return end(isCancelled ? .cancelled : .failed(Failure(describing: error)))
            }
        }
    }

    private func end(_ outcome: WorkflowOutcome) -> WorkflowOutcome? {
        let isLost = hasEnded
        close(outcome)
        return isLost ? nil : outcome
    }
}
