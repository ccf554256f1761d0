import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NGHTTP2Transport

// Serves the echo service behind either transport: `TransportBenchmarkServer nghttp2|nio PORT`.

guard CommandLine.arguments.count == 3, let port = Int(CommandLine.arguments[2]) else {
    print("usage: TransportBenchmarkServer nghttp2|nio PORT")
    throw CancellationError()
}

switch CommandLine.arguments[1] {
case "nghttp2":
    let transport = NGHTTP2ServerTransport(address: .hostPort(host: "127.0.0.1", port: port))
    try await GRPCServer(transport: transport, services: [EchoService()]).serve()
case "nio":
    let transport = HTTP2ServerTransport.Posix(
        address: .ipv4(host: "127.0.0.1", port: port), transportSecurity: .plaintext)
    try await GRPCServer(transport: transport, services: [EchoService()]).serve()
default:
    print("unknown transport \(CommandLine.arguments[1])")
}
