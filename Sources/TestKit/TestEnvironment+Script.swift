public import Aether

extension TestEnvironment {
    // MARK: Stubs

    /// Replaces the body of an activity. To be said before ``run(_:)``.
    ///
    /// - Parameters:
    ///   - activity: one that is served, or that others do.
    ///   - body: what an attempt does; it gets the input.
    public func stub<Input, Output>(
        _ activity: Activity<Input, Output>, _ body: @escaping @Sendable (Input) async throws -> Output
    ) {
        replace(activity.replaced(by: body))
    }

    /// Replaces the function of a workflow, such as one that the workflow under test starts as a child. To be said before
    /// ``run(_:)``.
    ///
    /// - Parameters:
    ///   - workflow: one that is served, or that others serve.
    ///   - body: what a run returns; it gets the input.
    public func stub<Input, Output>(
        _ workflow: Workflow<Input, Output>, _ body: @escaping @Sendable (Input) async throws -> Output
    ) {
        replace(workflow.replaced(by: body))
    }

    /// Replaces the closure of the steps of a name, in all workflows.
    ///
    /// - Parameters:
    ///   - name: the steps'.
    ///   - body: what an attempt does; its value is of the step's type.
    public func stub<Value: Codable & Sendable>(
        step name: String, _ body: @escaping @Sendable () async throws -> Value
    ) {
        script.stub(step: name) { try ValueCoding.encode(try await body()) }
    }

    /// Replaces the closure of the steps of a name that return nothing, in all workflows.
    @_disfavoredOverload
    public func stub(step name: String, _ body: @escaping @Sendable () async throws -> Void) {
        script.stub(step: name) {
            try await body()
            return try ValueCoding.encode(NoValue())
        }
    }

    // MARK: Faults

    /// Lets the next attempts at the steps of a name fail, before their closure is called.
    ///
    /// - Parameters:
    ///   - name: the steps'.
    ///   - times: how many attempts.
    ///   - error: what they throw.
    public func fail(step name: String, times: Int = 1, with error: any Error = InjectedFault()) {
        script.fail(Script.Target(kind: .step, name: name), times: times, with: error)
    }

    /// Lets the next attempts at an activity fail, before its body is called.
    ///
    /// - Parameters:
    ///   - activity: served, or stubbed.
    ///   - times: how many attempts.
    ///   - error: what they throw.
    public func fail<Input, Output>(
        _ activity: Activity<Input, Output>, times: Int = 1, with error: any Error = InjectedFault()
    ) {
        script.fail(Script.Target(kind: .activity, name: activity.name), times: times, with: error)
    }

    // MARK: What was called

    /// How many attempts were made at the steps of a name, those included that the test let fail.
    public func attempts(step name: String) -> Int {
        script.attempts(Script.Target(kind: .step, name: name)).count
    }

    /// The inputs of the attempts that were made at an activity, those included that the test let fail.
    ///
    /// - Throws: a decoding error.
    public func inputs<Input, Output>(of activity: Activity<Input, Output>) throws -> [Input] {
        try script.attempts(Script.Target(kind: .activity, name: activity.name)).map {
            try ValueCoding.decode(Input.self, from: $0)
        }
    }
}
