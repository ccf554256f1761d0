/// Something a worker can offer: what ``AetherClient`` makes with `workflow`.
public protocol Servable: Sendable {
    /// The name under which clients and other workflows know it.
    var name: String { get }
}
