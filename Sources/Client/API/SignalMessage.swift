internal import AetherProtocol

/// A message to a run, to be sent with its start. See ``Workflow/start(_:id:idPolicy:signal:)``.
public struct SignalMessage: Sendable, Hashable {
    /// What the run waits for it by.
    public let name: String
    /// The run takes each id once.
    public let id: String
    let payload: [UInt8]

    /// Makes a message.
    ///
    /// - Parameters:
    ///   - name: what the run waits for it by.
    ///   - payload: what the run gets.
    ///   - id: of messages with one id, a run takes the first; by default a new UUIDv7.
    /// - Throws: an encoding error.
    public init(_ name: String, _ payload: some Encodable & Sendable = NoValue(), id: String? = nil) throws {
        self.name = name
        self.id = id ?? WorkflowIDGenerator.make()
        self.payload = try ValueCoding.encode(payload)
    }
}
