import GRPCCore
import NGHTTP2Transport
import Testing

extension TransportTests {
    @Suite("Connections", .timeLimit(.minutes(5)))
    struct ConnectionTests {
        @Test("a graceful shutdown lets calls in flight end, refuses new ones, and returns")
        func drain() async throws {
            let (started, release) = (Signal<Void>(), Signal<Void>())
            var service = TestService()
            service.handlers[.test("Wait", .unary)] = { _, _ in
                started.fire()
                try await release.value
                return StreamingServerResponse { writer in
                    try await writer.write([9])
                    return [:]
                }
            }
            try await TestRig.run(service) { rig in
                var states = rig.clientTransport.connectivityStates.makeAsyncIterator()
                async let answer = rig.send([1], method: .test("Wait", .unary))
                try await started.value
                rig.server.beginGracefulShutdown()
                // The client notices GOAWAY, and finds that nobody listens any more.
                while let state = await states.next() {
                    if case .transientFailure = state { break }
                }
                let error = await #expect(throws: RPCError.self) { try await rig.send([1]) }
                #expect(error?.code == .unavailable)
                release.fire()
                #expect(try await answer == [9])
            }
        }

        @Test("calls that outlast the grace period of a shutdown are cancelled")
        func gracePeriod() async throws {
            let started = Signal<Void>()
            var service = TestService()
            service.handlers[.test("Forever")] = { _, _ in
                started.fire()
                try await Task.sleep(for: .seconds(3600))
                return StreamingServerResponse(error: RPCError(code: .cancelled, message: ""))
            }
            try await TestRig.run(service, configureServer: { $0.shutdownGracePeriod = .milliseconds(50) }) { rig in
                let call = Task { try await rig.send([1], method: .test("Forever")) }
                try await started.value
                rig.server.beginGracefulShutdown()
                await #expect(throws: RPCError.self) { try await call.value }
            }
        }

        @Test("the client reconnects to a server that comes back, and calls that wait for it are answered")
        func reconnect() async throws {
            var address = TestRig.loopback
            let first = NGHTTP2ServerTransport(address: address)
            let firstServing = Task { try await GRPCServer(transport: first, services: [TestService()]).serve() }
            address = try await first.listeningAddress
            let transport = NGHTTP2ClientTransport(target: address)
            let client = GRPCClient(transport: transport)
            let connecting = Task { try await client.runConnections() }
            var states = transport.connectivityStates.makeAsyncIterator()
            let rig = TestRig(
                client: client, clientTransport: transport,
                server: GRPCServer(transport: first, services: []), address: address)
            _ = try await rig.send([1])

            firstServing.cancel()
            try? await firstServing.value
            var failures = 0
            while failures < 2, let state = await states.next() {
                if case .transientFailure = state { failures += 1 }
            }
            let error = await #expect(throws: RPCError.self) { try await rig.send([1]) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("Can't connect to \(address)") == true)

            async let answer = rig.send([2], options: .with { $0.waitForReady = true })
            let second = NGHTTP2ServerTransport(address: address)
            let secondServing = Task { try await GRPCServer(transport: second, services: [TestService()]).serve() }
            #expect(try await answer == [2])
            connecting.cancel()
            secondServing.cancel()
            try? await connecting.value
            try? await secondServing.value
        }

        @Test("a connection that is lost fails its calls with UNAVAILABLE")
        func serverDeath() async throws {
            let started = Signal<Void>()
            var service = TestService()
            service.handlers[.test("Forever")] = { _, _ in
                started.fire()
                try await Task.sleep(for: .seconds(3600))
                return StreamingServerResponse(error: RPCError(code: .cancelled, message: ""))
            }
            let transport = NGHTTP2ServerTransport(address: TestRig.loopback)
            let server = GRPCServer(transport: transport, services: [service])
            let serving = Task { try await server.serve() }
            let clientTransport = NGHTTP2ClientTransport(target: try await transport.listeningAddress)
            let client = GRPCClient(transport: clientTransport)
            let connecting = Task { try await client.runConnections() }
            let rig = TestRig(
                client: client, clientTransport: clientTransport, server: server, address: TestRig.loopback)
            let call = Task { try await rig.send([1], method: .test("Forever")) }
            try await started.value
            serving.cancel()
            let error = await #expect(throws: RPCError.self) { try await call.value }
            #expect(error?.code == .unavailable)
            connecting.cancel()
            try? await serving.value
            try? await connecting.value
        }

        @Test("a call fails at once, with the reason, when nobody listens")
        func nobodyListens() async throws {
            let listener = try await RawListener()
            try await listener.close()
            try await withClient(port: listener.port) { rig in
                let error = await #expect(throws: RPCError.self) { try await rig.send([1]) }
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains("127.0.0.1:\(listener.port)") == true)
                #expect(error?.message.contains("refused") == true)
            }
        }

        @Test("a call that waits for a connection ends at its deadline, and when its task is cancelled")
        func waiting() async throws {
            let listener = try await RawListener()
            try await listener.close()
            try await withClient(port: listener.port) { rig in
                let patient = CallOptions.with { $0.waitForReady = true }
                let waiting = Task { try await rig.send([1], options: patient) }
                waiting.cancel()
                await #expect(throws: RPCError.self) { try await waiting.value }
                let hurried = CallOptions.with {
                    $0.waitForReady = true
                    $0.timeout = .milliseconds(50)
                }
                let error = await #expect(throws: RPCError.self) { try await rig.send([1], options: hurried) }
                #expect(error?.code == .deadlineExceeded)
            }
        }

        @Test("a server that accepts and says nothing is not ready; the attempt times out")
        func silentServer() async throws {
            let listener = try await RawListener()
            try await withClient(port: listener.port, configure: { $0.connectTimeout = .milliseconds(50) }) { rig in
                let error = await #expect(throws: RPCError.self) { try await rig.send([1]) }
                #expect(error?.code == .unavailable)
            }
            try await listener.close()
        }

        @Test("keepalive finds out a server that has died without a word, and fails its calls")
        func clientKeepalive() async throws {
            // It greets with SETTINGS, so the connection is ready, and never answers anything.
            let listener = try await RawListener(greeting: HTTP2Frame.settings.bytes)
            try await withClient(
                port: listener.port,
                configure: {
                    $0.keepalive = Keepalive(interval: .milliseconds(30), timeout: .milliseconds(30))
                }
            ) { rig in
                let error = await #expect(throws: RPCError.self) { try await rig.send([1]) }
                #expect(error?.code == .unavailable)
                #expect(error?.message.contains("PING") == true)
            }
            try await listener.close()
        }

        @Test("keepalive finds out a client that has died without a word, and cancels its calls")
        func serverKeepalive() async throws {
            let cancelled = Signal<Void>()
            var service = TestService()
            service.handlers[.unary] = { _, context in
                try await context.cancellation.cancelled
                cancelled.fire()
                return StreamingServerResponse(error: RPCError(code: .cancelled, message: ""))
            }
            try await TestRig.run(
                service,
                configureServer: {
                    // Long enough for the call to begin, also where others want the processors.
                    $0.keepalive = Keepalive(interval: .seconds(2), timeout: .milliseconds(30))
                }
            ) { rig in
                let raw = try await RawConnection.connect(port: rig.port)
                raw.send(HTTP2Frame.preface + HTTP2Frame.settings.bytes + HTTP2Frame.headers(streamID: 1).bytes)
                let frames = HTTP2Frame.all(in: await raw.untilClosed())
                #expect(frames.contains { $0.type == 6 })
                try await cancelled.value
            }
        }

        @Test("an address in use is an error that says so, from listening and from the address")
        func addressInUse() async throws {
            try await TestRig.run { rig in
                let second = NGHTTP2ServerTransport(address: rig.address)
                let serving = Task { try await second.listen { _, _ in } }
                for wait in [{ _ = try await second.listeningAddress }, { try await serving.value }] {
                    let error = await #expect(throws: TransportError.self) { try await wait() }
                    #expect(error?.code == .addressInUse)
                    #expect(error?.message.contains("\(rig.port)") == true)
                }
            }
        }

        @Test("the states of a connection can be watched")
        func connectivity() async throws {
            let states = Signal<[ConnectivityState]>()
            let watcher = Signal<AsyncStream<ConnectivityState>>()
            let collecting = Task {
                var all: [ConnectivityState] = []
                for await state in try await watcher.value { all.append(state) }
                states.fire(all)
            }
            try await TestRig.run { rig in
                watcher.fire(rig.clientTransport.connectivityStates)
                _ = try await rig.send([1])
            }
            try await collecting.value
            let all = try await states.value
            #expect(all.suffix(2) == [.ready, .shutdown])
        }

        private func withClient(
            port: Int, configure: (inout NGHTTP2ClientTransport.Configuration) -> Void = { _ in },
            _ body: @Sendable (TestRig) async throws -> Void
        ) async throws {
            var configuration = NGHTTP2ClientTransport.Configuration()
            configure(&configuration)
            let address = TransportAddress.hostPort(host: "127.0.0.1", port: port)
            let transport = NGHTTP2ClientTransport(target: address, configuration: configuration)
            let client = GRPCClient(transport: transport)
            let connecting = Task { try await client.runConnections() }
            let server = GRPCServer(transport: NGHTTP2ServerTransport(address: address), services: [])
            do {
                try await body(TestRig(client: client, clientTransport: transport, server: server, address: address))
            } catch {
                connecting.cancel()
                throw error
            }
            connecting.cancel()
            try? await connecting.value
        }
    }
}
