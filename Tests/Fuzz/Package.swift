// swift-tools-version: 6.2
import PackageDescription

/// What libFuzzer and the address sanitizer need of the code that they watch.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-sanitize=address,fuzzer"]),
]

/// A program that feeds one part of the product.
func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: ["Driver"] + dependencies, path: name, swiftSettings: swiftSettings,
        linkerSettings: [.unsafeFlags(["-sanitize=address,fuzzer", "-use-ld=lld"])])
}

/// The product's own sources, found through `Product`, a link: only what is fuzzed, so that little has to be built.
let package = Package(
    name: "fuzz",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.0"),
    ],
    targets: [
        .target(
            name: "AetherRuntime",
            dependencies: [
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "Product/Runtime",
            swiftSettings: swiftSettings),
        .target(name: "AetherJSON", path: "Product/JSON", swiftSettings: swiftSettings),
        .target(
            name: "CommandLineInput",
            dependencies: [
                "AetherRuntime",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Product/CLI",
            sources: [
                "CommandFailure.swift",
                "Configuration/FileKey.swift", "Configuration/Setting.swift", "Configuration/SettingValue.swift",
                "Configuration/SettingValue+Types.swift", "Configuration/Settings.swift",
                "Configuration/Settings+File.swift", "Configuration/TOMLReader.swift",
                "Connection/TimeSpan.swift",
                "Output/Cell.swift", "Output/Style.swift", "Output/Terminal.swift",
            ],
            swiftSettings: swiftSettings),
        .systemLibrary(name: "CNGHTTP2", path: "Product/Transport/CNGHTTP2", pkgConfig: "libnghttp2"),
        .target(
            name: "NGHTTP2Transport",
            dependencies: [
                "CNGHTTP2",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            path: "Product/Transport/NGHTTP2Transport",
            // All but sockets and TLS: with BoringSSL the build would take three times as long.
            exclude: [
                "Client", "TLS", "Server/ListeningAddress.swift", "Server/ListeningSocket.swift",
                "Server/NGHTTP2ServerTransport.swift", "Server/NGHTTP2ServerTransport+Configuration.swift",
                "TransportAddress.swift", "TransportError.swift",
            ],
            swiftSettings: swiftSettings),

        .systemLibrary(name: "CLibFuzzer", path: "CLibFuzzer"),
        .target(name: "Driver", dependencies: ["CLibFuzzer"], path: "Driver", swiftSettings: swiftSettings),

        // Not a fuzzer: it makes the first inputs of the others.
        fuzzer("Seeds", ["AetherRuntime"]),
        fuzzer("Entries", ["AetherRuntime"]),
        fuzzer("Wire", ["AetherRuntime"]),
        fuzzer("JSON", ["AetherJSON"]),
        fuzzer("TOML", ["CommandLineInput"]),
        fuzzer(
            "Connection",
            [
                "NGHTTP2Transport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
    ]
)
