/// A server's connection to the shared database: what is sent takes time, and while the server is cut off it is lost, or done
/// and not answered, or done late.
///
/// Unchecked for the reason of ``Scheduler``.
final class DatabaseConnection: @unchecked Sendable {
    private let world: World
    private let name: String
    /// Whether nothing gets through.
    private(set) var isCut = false
    /// Whether who connects meanwhile is refused at once, and does not wait for an answer.
    private var isRefused = false
    private(set) var isConnected = false
    /// Counts the breaks: what was sent before the last one is not answered.
    private var breaks = 0
    private var underWay: [UInt64: @Sendable () -> Void] = [:]
    private var lastNumber: UInt64 = 0

    init(_ world: World, name: String) {
        self.world = world
        self.name = name
    }

    func connect() async throws(DatabaseFailure) {
        if isConnected { return }
        try? await world.scheduler.sleep(
            isCut && !isRefused ? world.draw(10...5_000) : world.faults.networkTime())
        if isCut { throw .lost }
        isConnected = true
    }

    /// Has the database do something, whatever becomes of who asked.
    func send<Answer: Sendable>(
        _ body: @escaping @Sendable () async throws(DatabaseFailure) -> Answer
    ) async throws(DatabaseFailure) -> Answer {
        guard isConnected else { throw .lost }
        let reply = Reply<Answer>()
        lastNumber += 1
        let (number, breaks) = (lastNumber, breaks)
        underWay[number] = { reply.resolve(.failure(DatabaseFailure.lost)) }
        // It is the database's, and nobody awaits it.
        Task { [self, world] in
            try? await world.scheduler.sleep(world.faults.commitTime())
            if breaks != self.breaks {
                if world.draw(0...2) == 0 { return }
                try? await world.scheduler.sleep(world.draw(0...10_000))
            }
            let result: Result<Answer, any Error>
            do throws(DatabaseFailure) {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            try? await world.scheduler.sleep(world.faults.commitTime())
            guard breaks == self.breaks else { return }
            underWay[number] = nil
            reply.resolve(result)
        }
        do {
            return try await reply.answer().get()
        } catch {
            throw error as? DatabaseFailure ?? .lost
        }
    }

    /// Nothing gets through from now on, which who waits for an answer finds out in a while.
    func cut(isRefused: Bool = false) {
        world.trace("\(name) is cut off from the database")
        isCut = true
        self.isRefused = isRefused
        drop()
        let broken = underWay.sorted { $0.key < $1.key }.map(\.value)
        underWay = [:]
        let late = world.draw(0...5_000)
        // They end by themselves.
        Task { [world] in
            try? await world.scheduler.sleep(late)
            for end in broken { end() }
        }
    }

    /// Whether something was sent that is not answered.
    var isBusy: Bool { !underWay.isEmpty }

    func heal() {
        isCut = false
    }

    func drop() {
        isConnected = false
        breaks += 1
    }
}
