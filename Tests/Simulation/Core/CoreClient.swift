import AetherRuntime

/// Starts a run, sends it what it may wait for, perhaps cancels or terminates it, and asks until it has ended. What is not
/// acknowledged it asks again.
final class CoreClient {
    private unowned let world: CoreWorld
    private let id: WorkflowID
    private(set) var isDone = false

    init(_ world: CoreWorld, _ id: WorkflowID) {
        (self.world, self.id) = (world, id)
    }

    func begin(within milliseconds: Int64) {
        let events = world.events
        let input = CoreProgram.Input(
            seed: UInt64(events.draw(0...(.max - 1))), stages: Int(events.draw(0...5)), depth: Int(events.draw(0...2)),
            renewals: Int(events.draw(0...1)), hasClient: true)
        let type = CoreWorld.type(UInt64(events.draw(0...9)))
        events.after(events.draw(0...milliseconds)) { [self] in
            insist { [id] server, answer in
                server.start(id, type, input.bytes, answer)
            } then: { [self] in
                hasStarted()
            }
        }
    }

    private func hasStarted() {
        let events = world.events
        signal(1)
        if events.happens(10) {
            events.after(events.draw(0...4_000)) { [self] in
                world.history.wantsCancel(of: id.rawValue)
                insist { [id] server, answer in server.cancel(id, answer) }
            }
        }
        if events.happens(5) {
            events.after(events.draw(0...6_000)) { [self] in
                insist { [id] server, answer in server.terminate(id, answer) }
            }
        }
        ask()
    }

    private func signal(_ number: Int) {
        world.events.after(world.events.draw(500...3_000)) { [self] in
            if isDone { return }
            let signal = Signal(id: "\(id)/\(number)", name: "go", payload: [])
            insist { [id] server, answer in
                server.signal(id, signal, answer)
            } then: { [self] in
                self.signal(number + 1)
            }
        }
    }

    private func ask() {
        world.call(from: nil) { [id] server, answer in
            server.result(id, answer)
        } then: { [self] result in
            if case .success = result {
                isDone = true
            } else {
                world.events.after(1_000) { [self] in ask() }
            }
        }
    }

    private func insist(
        _ ask: @escaping (CoreServer, @escaping CoreServer.Answer) -> Void, then: @escaping () -> Void = {}
    ) {
        world.call(from: nil, ask) { [self] result in
            switch result {
            case .success: then()
            case .failure(.unavailable):
                world.events.after(world.events.draw(50...500)) { [self] in insist(ask, then: then) }
            case .failure(.unknown): world.fail("\(id): it was acknowledged, and is unknown")
            case .failure: break
            }
        }
    }
}
