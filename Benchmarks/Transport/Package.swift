// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "transport-benchmark",
    dependencies: [
        .package(name: "aether", path: "../.."),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport.git", from: "2.9.2"),
    ],
    targets: [
        .executableTarget(
            name: "TransportBenchmarkServer",
            dependencies: [
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NGHTTP2Transport", package: "aether"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)]
        )
    ]
)
