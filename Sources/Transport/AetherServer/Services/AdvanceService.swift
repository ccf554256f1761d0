internal import AetherProtocol
internal import AetherRuntime
internal import GRPCCore

/// `aether.v1.WorkerService.Advance`, whose messages are read and written without generated types. It is registered after
/// the service, in place of its method.
struct AdvanceService: RegistrableRPCService {
    let service: WorkerService

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Aether_V1_WorkerService.Method.Advance.descriptor,
            deserializer: AdvanceCoding.Request(), serializer: AdvanceCoding.Response()
        ) { request, _ in
            let request = try await ServerRequest(stream: request)
            let response = try await service.advance(request.message)
            return StreamingServerResponse(single: ServerResponse(message: response))
        }
    }
}
