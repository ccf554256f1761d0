internal import AetherProtocol
internal import GRPCCore

/// Who may make a call, or see a page.
enum AccessRule: Hashable, Sendable {
    /// Who has no token too.
    case everyone
    /// Who has a token, whatever it allows.
    case anyToken
    case roles(Set<Role>)

    static let readers = AccessRule.roles([.admin, .client, .readOnly])
    static let clients = AccessRule.roles([.admin, .client])
    static let workers = AccessRule.roles([.admin, .worker])
    static let admins = AccessRule.roles([.admin])

    /// Of a method that isn't here, and of one that this server does not know, only an admin learns more.
    init(_ method: MethodDescriptor) {
        self = Self.methods[method.fullyQualifiedMethod] ?? .admins
    }

    /// The rule of every method the server has.
    static let methods: [String: AccessRule] = {
        let rules: [(AccessRule, [MethodDescriptor])] = [
            (
                .everyone,
                [Grpc_Health_V1_Health.Method.Check.descriptor, Grpc_Health_V1_Health.Method.Watch.descriptor]
            ),
            (
                .anyToken,
                [
                    Grpc_Reflection_V1_ServerReflection.Method.ServerReflectionInfo.descriptor,
                    Grpc_Reflection_V1alpha_ServerReflection.Method.ServerReflectionInfo.descriptor,
                ]
            ),
            (
                .readers,
                [
                    Client.GetWorkflowStatus.descriptor, Client.AwaitResult.descriptor, Client.WatchResults.descriptor,
                    Client.GetValue.descriptor, Admin.ListWorkflows.descriptor, Admin.GetMetrics.descriptor,
                    Admin.GetHistory.descriptor,
                ]
            ),
            (
                .clients,
                [
                    Client.StartWorkflow.descriptor, Client.StartWorkflows.descriptor, Client.CancelWorkflow.descriptor,
                    Client.TerminateWorkflow.descriptor, Client.SignalWorkflow.descriptor,
                ]
            ),
            // It takes the audit trail away.
            (.admins, [Client.DeleteWorkflow.descriptor]),
            (.workers, Aether_V1_WorkerService.Method.descriptors),
            // Servers do for others what anybody may ask of those.
            (.admins, Aether_V1_NodeService.Method.descriptors),
        ]
        return Dictionary(
            rules.flatMap { rule, methods in methods.map { ($0.fullyQualifiedMethod, rule) } },
            uniquingKeysWith: { $1 })
    }()

    private typealias Client = Aether_V1_ClientService.Method
    private typealias Admin = Aether_V1_AdminService.Method
}
