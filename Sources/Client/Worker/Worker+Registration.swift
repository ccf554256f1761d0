internal import AetherProtocol
internal import SwiftProtobuf

extension Worker {
    /// The protocol with a journal, replay and `Advance`.
    private static let protocolVersion: UInt32 = 1

    /// Tells the server what this worker offers and has, and drops what it no longer should have.
    func register() async throws {
        let held = table.takeHeld()
        let response = try await calls.register(
            .with {
                $0.workerID = workerID
                $0.serviceName = service
                $0.language = ["swift"]
                $0.provides = offers
                $0.protocol = Self.protocolVersion
                $0.instanceID = instanceID
                $0.registration = nextRegistration()
                $0.heldTaskIds = held.map(\.task)
                $0.heldSequences = held.map(\.place.sequence)
                $0.heldRecords = held.map(\.place.record)
            })
        table.keep(Set(response.keptTaskIds), of: Set(held.map(\.task)))
        if response.maximumValueBytes > 0 {
            limits.accept(maximumBytes: Int(clamping: response.maximumValueBytes))
        }
    }

    private var offers: [Aether_V1_ServiceResource] {
        let types = workflows.values.map { workflow in
            Aether_V1_ServiceResource.with {
                $0.name = workflow.name
                $0.type = .workflow
                $0.metadata.tier = Aether_V1_Tier(workflow.tier)
            }
        }
        let names = activities.keys.map { name in
            Aether_V1_ServiceResource.with {
                $0.name = name
                $0.type = .activity
            }
        }
        return types + names
    }
}
