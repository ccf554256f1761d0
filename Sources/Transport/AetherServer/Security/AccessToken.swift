/// A token that the server takes: who has it, and what it allows.
struct AccessToken: Hashable, Sendable {
    var name: String
    var roles: Set<Role>
    var secret: PaddedSecret
}
