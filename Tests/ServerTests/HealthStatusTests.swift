import Testing

@testable import AetherServer

@Suite("Health", .timeLimit(.minutes(5)))
struct HealthStatusTests {
    @Test("tells a watcher the status now and each change")
    func changes() async {
        let status = HealthStatus()
        let watch = status.watch()
        var seen = watch.changes.makeAsyncIterator()
        #expect(await seen.next() == true)
        status.set(isServing: false)
        #expect(await seen.next() == false)
        status.set(isServing: false)
        status.set(isServing: true)
        #expect(await seen.next() == true)
        watch.end()
        #expect(await seen.next() == nil)
    }

    @Test("gives a slow watcher the latest status only")
    func slow() async {
        let status = HealthStatus()
        let watch = status.watch()
        for isServing in [false, true, false] { status.set(isServing: isServing) }
        var seen = watch.changes.makeAsyncIterator()
        #expect(await seen.next() == false)
    }

    @Test("ends every watch when the server shuts down, those begun later too")
    func finish() async {
        let status = HealthStatus()
        var early = status.watch().changes.makeAsyncIterator()
        status.finish()
        #expect(await early.next() == false)
        #expect(await early.next() == nil)
        var late = status.watch().changes.makeAsyncIterator()
        #expect(await late.next() == false)
        #expect(await late.next() == nil)
    }
}
