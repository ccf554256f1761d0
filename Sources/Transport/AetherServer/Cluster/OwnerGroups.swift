internal import AetherActors
internal import AetherRuntime

/// What many workflows are asked for in one call, by their owners: places in the call.
struct OwnerGroups: Sendable {
    /// Those of this server.
    var here: [Int] = []
    var elsewhere: [(peer: Peer, places: [Int])] = []
    /// Those that are nobody's now, and why.
    var unowned: [(place: Int, error: EngineError)] = []

    /// - Parameters:
    ///   - ids: the workflow of each place; `nil` where none is named, which this server answers.
    ///   - peers: who owns them.
    init(_ ids: [WorkflowID?], _ peers: Peers) {
        let owners = peers.owners
        // By owner.
        var indices: [Int: Int] = [:]
        for (place, id) in ids.enumerated() {
            do throws(EngineError) {
                guard let id, let owners, let owner = try owners.place(of: id) else {
                    here.append(place)
                    continue
                }
                if let index = indices[owner] {
                    elsewhere[index].places.append(place)
                } else {
                    elsewhere.append((try peers.reached(owners.node(owner), for: id), [place]))
                    indices[owner] = elsewhere.count - 1
                }
            } catch {
                unowned.append((place, error))
            }
        }
    }

    /// Asks all owners side by side.
    ///
    /// - Parameters:
    ///   - own: asks this server for some places.
    ///   - others: asks another one.
    /// - Returns: the answers, each list in the order of its places. What an owner does not answer is left out.
    func answers<Answer: Sendable>(
        own: @escaping @Sendable ([Int]) async -> [Answer], others: @escaping @Sendable (Peer, [Int]) async -> [Answer]
    ) async -> [(place: Int, answer: Answer)] {
        await withTaskGroup(of: [(place: Int, answer: Answer)].self) { group in
            if !here.isEmpty { group.addTask { [here] in Array(zip(here, await own(here))).map { ($0.0, $0.1) } } }
            for (peer, places) in elsewhere {
                group.addTask { Array(zip(places, await others(peer, places))).map { ($0.0, $0.1) } }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }
}
