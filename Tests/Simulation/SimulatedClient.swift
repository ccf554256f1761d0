import AetherProtocol
import AetherRuntime
import FoundationEssentials
import GRPCCore
import SwiftProtobuf

/// Starts a run, sends it what it may wait for, perhaps cancels or terminates it, and waits for its end. What is not
/// acknowledged it asks again.
struct SimulatedClient {
    private let world: World
    private let id: String
    private let link: Link

    init(_ world: World, _ number: Int) {
        self.world = world
        id = "w\(number)"
        link = Link(world, name: "client \(number)", on: Machine("client \(number)"))
    }

    func run() async {
        try? await world.pause(0...world.settings.faultTime * 3 / 4)
        let tiers: [Aether_V1_Tier] =
            [.unspecified, .unspecified] + (world.isShared ? [] : [.memory]) + [.snapshot, .stateActionLog]
        let types = ProgramRunner.types(isShared: world.isShared).map(\.name)
        let (type, tier) = (
            types[Int(world.draw(0...Int64(types.count) - 1))], tiers[Int(world.draw(0...Int64(tiers.count) - 1))]
        )
        let program = Program(
            seed: UInt64(world.draw(0...(.max))), size: Int(world.draw(0...8)), depth: Int(world.draw(0...2)),
            renewals: Int(world.draw(0...2)), hasClient: true)
        let input = try? JSONEncoder().encode(program)
        await insist {
            _ = try await link.startWorkflow(
                .with {
                    $0.workflowID = id
                    $0.workflowType = type
                    $0.tier = tier
                    $0.input = input ?? Data()
                })
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await signal() }
            if world.draw(0...9) == 0 { group.addTask { await cancel() } }
            if world.draw(0...19) == 0 { group.addTask { await terminate() } }
            await result()
            group.cancelAll()
        }
        world.trace("\(id) has ended")
    }

    /// Makes a call until it is answered, or refused for good.
    private func insist(_ call: () async throws -> Void) async {
        while !Task.isCancelled, !world.isOver {
            do {
                return try await call()
            } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
                try? await world.pause(10...500)
            } catch {
                return
            }
        }
    }

    private func signal() async {
        var number = 0
        while (try? await world.pause(500...3_000)) != nil, !world.isOver {
            number += 1
            let signal = Aether_V1_SignalRequest.with {
                $0.workflowID = id
                $0.name = "go"
                $0.signalID = "\(id)/\(number)"
                $0.payload = Data("\"go\"".utf8)
            }
            await insist { try await link.signalWorkflow(signal) }
        }
    }

    private func cancel() async {
        guard (try? await world.pause(0...10_000)) != nil else { return }
        world.history.wantsCancel(of: id)
        await insist { try await link.cancelWorkflow(.with { $0.workflowID = id }) }
    }

    private func terminate() async {
        guard (try? await world.pause(0...20_000)) != nil else { return }
        await insist { try await link.terminateWorkflow(.with { $0.workflowID = id }) }
    }

    private func result() async {
        while !Task.isCancelled, !world.isOver {
            do {
                let result = try await link.awaitResult(of: id)
                if ![.pending, .running].contains(result.state) { return }
            } catch let error as RPCError where error.code == .unavailable || error.code == .deadlineExceeded {
                try? await world.pause(10...500)
            } catch let error as RPCError where error.code == .notFound {
                // The server has forgotten it: it may, if it was in memory only.
                if world.history.runs[WorkflowID(rawValue: id)] != nil { world.fail("\(id) is not found") }
                return
            } catch {
                return world.fail("\(id): its result is refused: \(error)")
            }
        }
    }
}
