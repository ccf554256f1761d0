import AetherRuntime
import Benchmark

/// Journal entries as they are stored, and the call in which a worker reports steps.
func benchmarkCoding() {
    let entry = Samples.entry(sequence: 12)
    let entryBytes = entry.encoded()
    Benchmark("encode-entry", configuration: .init(scalingFactor: .mega)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(entry.encoded()) }
    }
    Benchmark("decode-entry", configuration: .init(scalingFactor: .mega)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try JournalEntry(encoded: entryBytes)) }
    }

    let request = Samples.request(runs: 350)
    let requestBytes = request.encoded()
    Benchmark("encode-advance-of-350", configuration: .init(scalingFactor: .kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(request.encoded()) }
    }
    Benchmark("decode-advance-of-350", configuration: .init(scalingFactor: .kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try AdvanceRequest(encoded: requestBytes)) }
    }
}
