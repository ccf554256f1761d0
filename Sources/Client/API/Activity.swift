/// An activity: a function under a name, done by any worker that serves it, with retries and limits.
///
/// Made with `AetherClient.activity`, called with
/// ``WorkflowContext/activity(_:_:cancellation:)``. Unlike a workflow's, its function may do what it likes.
public struct Activity<Input: Codable & Sendable, Output: Codable & Sendable>: Servable {
    public let name: String
    let options: ActivityOptions
    /// `nil` for one that others serve.
    let body: (@Sendable (ActivityContext, Input) async throws -> Output)?
}

extension Activity: RegisteredActivity {
    var service: String? { options.service }
    var isServedHere: Bool { body != nil }

    func execute(_ context: ActivityContext, input: [UInt8]) async throws -> [UInt8] {
        guard let body else { throw NonRetryableError("the activity \"\(name)\" has no body in this worker") }
        let decoded: Input
        do {
            decoded = try ValueCoding.decode(Input.self, from: input)
        } catch {
            throw NonRetryableError("the input of activity \"\(name)\" is of another type: \(error)")
        }
        return try ValueCoding.encode(try await body(context, decoded))
    }
}
