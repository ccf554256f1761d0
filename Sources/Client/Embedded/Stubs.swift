extension Activity {
    /// The same activity with another body.
    package func replaced(by body: @escaping @Sendable (Input) async throws -> Output) -> Activity {
        Activity(name: name, options: options) { _, input in try await body(input) }
    }
}

extension Workflow {
    /// The same workflow with another body, which has no steps.
    package func replaced(by body: @escaping @Sendable (Input) async throws -> Output) -> Workflow {
        Workflow(name: name, client: client, persistence: persistence) { _, input in try await body(input) }
    }
}
