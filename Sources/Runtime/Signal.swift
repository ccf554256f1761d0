/// A message to a running workflow.
public struct Signal: Sendable, Hashable {
    /// The sender's id of it: the run takes each id once.
    public var id: String
    public var name: String
    /// JSON bytes.
    public var payload: [UInt8]

    public init(id: String, name: String, payload: [UInt8]) {
        self.id = id
        self.name = name
        self.payload = payload
    }
}
