internal import AetherProtocol

/// What a process asks of the server, each as one call that is not repeated.
protocol ServerCalls: WorkerCalls {
    var workflows: any Aether_V1_ClientService.ClientProtocol { get }
}
