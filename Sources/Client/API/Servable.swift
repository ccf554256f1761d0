/// Something a worker can offer: what ``AetherClient`` makes with `workflow` and `activity`.
public protocol Servable: Sendable {
    /// The name under which clients and workflows know it.
    var name: String { get }
}
