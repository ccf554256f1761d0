import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Cancellation and deadlines", .timeLimit(.minutes(5)))
    struct CancellationTests {
        /// A service with a method that says when it runs, then reads until that fails.
        private static func stuckService(
            started: Signal<Void>, cancelled: Signal<Void>, readFailed: Signal<any Error>
        ) -> TestService {
            var service = TestService()
            service.handlers[.test("Stuck")] = { request, context in
                try await withRPCCancellationHandler {
                    started.fire()
                    do {
                        for try await _ in request.messages {}
                        try await context.cancellation.cancelled
                    } catch {
                        readFailed.fire(error)
                        throw error
                    }
                    return StreamingServerResponse(error: RPCError(code: .cancelled, message: "stuck"))
                } onCancelRPC: {
                    cancelled.fire()
                }
            }
            return service
        }

        @Test("cancelling the caller's task cancels the call on the server, where reading throws")
        func clientCancels() async throws {
            let (started, cancelled, readFailed) = (Signal<Void>(), Signal<Void>(), Signal<any Error>())
            let service = Self.stuckService(started: started, cancelled: cancelled, readFailed: readFailed)
            try await TestRig.run(service) { rig in
                let call = Task {
                    try await rig.bidirectional(method: .test("Stuck")) { writer in
                        try await writer.write([1])
                        try await Signal<Void>().value
                    } read: { response in
                        for try await _ in response.messages {}
                    }
                }
                try await started.value
                call.cancel()
                try await cancelled.value
                let error = try await readFailed.value as? RPCError
                #expect(error?.code == .cancelled)
                await #expect(throws: RPCError.self) { try await call.value }
            }
        }

        @Test("a caller that leaves early cancels the call on the server")
        func clientLeaves() async throws {
            let (started, cancelled, readFailed) = (Signal<Void>(), Signal<Void>(), Signal<any Error>())
            var service = Self.stuckService(started: started, cancelled: cancelled, readFailed: readFailed)
            service.handlers[.test("Endless")] = { _, context in
                StreamingServerResponse { writer in
                    try await withRPCCancellationHandler {
                        while true { try await writer.write([1]) }
                    } onCancelRPC: {
                        cancelled.fire()
                    }
                }
            }
            try await TestRig.run(service) { rig in
                try await rig.bidirectional(method: .test("Endless")) { _ in
                } read: { response in
                    for try await _ in response.messages { break }
                }
                try await cancelled.value
            }
        }

        @Test("a call past its deadline fails on both sides")
        func deadline() async throws {
            let (started, cancelled, readFailed) = (Signal<Void>(), Signal<Void>(), Signal<any Error>())
            let service = Self.stuckService(started: started, cancelled: cancelled, readFailed: readFailed)
            try await TestRig.run(service) { rig in
                // Once connected, the call reaches the server long before its deadline.
                _ = try await rig.send([1])
                let options = CallOptions.with { $0.timeout = .milliseconds(300) }
                let error = await #expect(throws: RPCError.self) {
                    try await rig.send([1], method: .test("Stuck"), options: options)
                }
                #expect(error?.code == .deadlineExceeded)
                try await cancelled.value
            }
        }

        @Test("the server itself answers DEADLINE_EXCEEDED, to a client that would wait on")
        func serverDeadline() async throws {
            let (started, cancelled, readFailed) = (Signal<Void>(), Signal<Void>(), Signal<any Error>())
            let service = Self.stuckService(started: started, cancelled: cancelled, readFailed: readFailed)
            try await TestRig.run(service) { rig in
                let error = await #expect(throws: RPCError.self) {
                    // The header alone: the client's own clock is not involved.
                    try await rig.send([1], metadata: ["grpc-timeout": "300m"], method: .test("Stuck"))
                }
                #expect(error?.code == .deadlineExceeded)
                try await cancelled.value
            }
        }

        @Test("a handler can learn its deadline, if there is one")
        func deadlineOfHandler() async throws {
            var service = TestService()
            service.handlers[.test("Deadline")] = { _, context in
                let details = context.transportSpecific as? NGHTTP2ServerTransport.CallDetails
                let seconds = details?.deadline.map {
                    Int((ContinuousClock.now.duration(to: $0) / .seconds(1)).rounded())
                }
                return StreamingServerResponse { writer in
                    try await writer.write(Array("\(seconds ?? -1)".utf8))
                    return [:]
                }
            }
            try await TestRig.run(service) { rig in
                let without = try await rig.send([], method: .test("Deadline"))
                #expect(String(decoding: without, as: UTF8.self) == "-1")
                let with = try await rig.send(
                    [], method: .test("Deadline"), options: .with { $0.timeout = .seconds(60) })
                #expect(String(decoding: with, as: UTF8.self) == "60")
            }
        }

        @Test("a server that is stopped cancels its calls and the tasks of their handlers")
        func serverStops() async throws {
            let started = Signal<Void>()
            let taskCancelled = Signal<Void>()
            let transport = NGHTTP2ServerTransport(address: TestRig.loopback)
            var service = TestService()
            service.handlers[.test("Sleep")] = { _, _ in
                started.fire()
                do { try await Task.sleep(for: .seconds(3600)) } catch { taskCancelled.fire() }
                return StreamingServerResponse(error: RPCError(code: .cancelled, message: ""))
            }
            let server = GRPCServer(transport: transport, services: [service])
            let serving = Task { try await server.serve() }
            let client = GRPCClient(transport: NGHTTP2ClientTransport(target: try await transport.listeningAddress))
            let connecting = Task { try await client.runConnections() }
            let call = Task {
                try await client.unary(
                    request: ClientRequest(message: [1]), descriptor: .test("Sleep"), serializer: BytesSerializer(),
                    deserializer: BytesDeserializer(), options: .defaults
                ) { try $0.message }
            }
            try await started.value
            serving.cancel()
            try await taskCancelled.value
            try? await serving.value
            let error = await #expect(throws: RPCError.self) { try await call.value }
            #expect(error?.code == .unavailable)
            connecting.cancel()
            try? await connecting.value
        }
    }
}
