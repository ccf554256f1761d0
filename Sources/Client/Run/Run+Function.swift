internal import AetherRuntime

extension Run {
    /// Executes the workflow's function to its end, and reports how it ended.
    func execute(_ workflow: any RegisteredWorkflow) async {
        begin()
        await Run.$current.withValue(self) {
            do {
                let result = try await workflow.execute(WorkflowContext(run: self), input: input)
                let checked = try reporter.check(result, of: "the workflow's result")
                await awaitChildren()
                close(.completed(checked))
            } catch let next as ContinuedAsNew {
                await awaitChildren()
                continueAsNew(next.input)
            } catch {
                let isCancelled = error is CancellationError && isCancelRequested
                await compensate()
                await awaitChildren()
                close(isCancelled ? .cancelled : .failed(Failure(describing: error)))
            }
        }
    }
}
