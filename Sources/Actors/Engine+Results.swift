package import AetherRuntime

/// Waiting for the ends of many runs at once.
extension Engine {
    /// Adds runs to those whose results a feed tells. What ended before is told at once, and that there is no such run too.
    ///
    /// - Throws: `resourceExhausted` when there are too many.
    package func watch(_ ids: [WorkflowID], on feed: ResultFeed) async throws(EngineError) {
        for id in ids where try feed.watch(id) {
            waiters.enter(id, .feed(feed))
            if registry.active(id) != nil { continue }
            do throws(EngineError) {
                switch try await lookup(id) {
                case .active: continue
                case .unknown: throw notFound(id)
                case .closed(_, let lane): feed.put(id, .success(try await outcome(of: id, in: lane.store)))
                }
            } catch {
                feed.put(id, .failure(error))
            }
            waiters.leave(id, .feed(feed))
        }
    }

    package func forget(_ ids: [WorkflowID], on feed: ResultFeed) {
        for id in ids {
            feed.forget(id)
            waiters.leave(id, .feed(feed))
        }
    }

    /// The stream is over.
    package func endWatch(_ feed: ResultFeed) {
        forget(Array(feed.watched), on: feed)
    }
}
