import Benchmark
import NGHTTP2Transport

/// Unary calls of 128 bytes on one connection over loopback, 100 in flight, client and server in this process.
func benchmarkTransport() {
    Benchmark("echo-100k") { (benchmark, rig: EchoRig) in
        let message = NGHTTP2MessageBytes(repeating: 0x20, count: 128)
        benchmark.startMeasurement()
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    for _ in 0..<1_000 { blackHole(try await rig.client.unary(EchoRig.method, message)) }
                }
            }
        }
        benchmark.stopMeasurement()
    } setup: {
        try await EchoRig()
    }
}
