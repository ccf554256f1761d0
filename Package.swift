// swift-tools-version: 6.2
import PackageDescription

/// `scripts/test.sh` and CI set this: a warning fails the build there, and only there, so that a newer
/// compiler's new warning never keeps a user from building.
let warningsAreErrors = Context.environment["AETHER_WARNINGS_AS_ERRORS"] != nil

let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

/// As a user's package has them: no more than the language's defaults.
let userSettings: [SwiftSetting] =
    [.swiftLanguageMode(.v6)] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

/// Each runs with one command.
let examples = [
    "quickstart", "order-processing", "batch-processing", "error-handling", "long-running", "child-workflows",
    "conditional-logic", "single-file", "web-service", "tracing",
]

/// What an example imports besides Aether.
let exampleDependencies: [String: [Target.Dependency]] = [
    "web-service": [
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
    ],
    "tracing": ["AetherTracing", .product(name: "Tracing", package: "swift-distributed-tracing")],
]

/// The micro-benchmarks of Benchmarks/HotPath are there only for who asks, so that nobody else resolves what they need.
let hasMicroBenchmarks = Context.environment["AETHER_MICRO_BENCHMARKS"] != nil

let microBenchmarkDependencies: [Package.Dependency] =
    hasMicroBenchmarks
    ? [.package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: [])] : []

let microBenchmarks: [Target] =
    hasMicroBenchmarks
    ? [
        .executableTarget(
            name: "HotPath",
            dependencies: [
                "AetherRuntime", "AetherStorage", "NGHTTP2Transport",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
            ],
            path: "Benchmarks/HotPath",
            exclude: ["Thresholds", "run.sh"],
            swiftSettings: swiftSettings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        )
    ] : []

let package = Package(
    name: "aether",
    products: [
        .library(name: "Aether", targets: ["Aether"]),
        .library(name: "AetherTestKit", targets: ["AetherTestKit"]),
        .library(name: "AetherTracing", targets: ["AetherTracing"]),
        .library(name: "AetherStorage", targets: ["AetherStorage", "AetherRuntime"]),
        .library(name: "AetherStoreConformance", targets: ["AetherStoreConformance"]),
        .library(name: "NGHTTP2Transport", targets: ["NGHTTP2Transport"]),
        .executable(name: "aether", targets: ["AetherCLI"]),
        // The half in Swift of an example in TypeScript.
        .executable(name: "polyglot", targets: ["polyglot"]),
    ] + examples.map { .executable(name: $0, targets: [$0]) },
    traits: [
        .trait(name: "Embedded", description: "A server inside of processes that use the module Aether."),
        .default(enabledTraits: ["Embedded"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-protobuf.git", from: "1.39.0", traits: []),
        .package(url: "https://github.com/grpc/grpc-swift-2.git", from: "2.4.0"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf.git", from: "2.4.0"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ] + microBenchmarkDependencies,
    targets: [
        // The pure core: what a workflow is and how it advances.
        .target(
            name: "AetherRuntime",
            dependencies: [
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            path: "Sources/Runtime",
            swiftSettings: swiftSettings
        ),

        // JSON as it was written: digits, order, and where it is wrong.
        .target(name: "AetherJSON", path: "Sources/JSON", swiftSettings: swiftSettings),

        // Where journals live.
        .target(name: "CPostgres", path: "Sources/Storage/CPostgres"),
        .target(
            name: "AetherStorage",
            dependencies: [
                "AetherRuntime", "CPostgres",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            path: "Sources/Storage/AetherStorage",
            swiftSettings: swiftSettings
        ),
        .target(
            name: "AetherStoreConformance",
            dependencies: ["AetherStorage", "AetherRuntime"],
            path: "Sources/Storage/AetherStoreConformance",
            swiftSettings: swiftSettings
        ),

        // The live engine.
        .target(
            name: "AetherActors",
            dependencies: [
                "AetherRuntime", "AetherStorage",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Actors",
            swiftSettings: swiftSettings
        ),

        // The wire: HTTP/2, messages, services.
        .systemLibrary(
            name: "CNGHTTP2",
            path: "Sources/Transport/CNGHTTP2",
            pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]
        ),
        .target(
            name: "NGHTTP2Transport",
            dependencies: [
                "CNGHTTP2",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            path: "Sources/Transport/NGHTTP2Transport",
            swiftSettings: swiftSettings
        ),
        .target(
            name: "AetherProtocol",
            dependencies: [
                "AetherJSON", "AetherRuntime",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Sources/Transport/AetherProtocol",
            swiftSettings: swiftSettings
        ),
        // The web page, as scripts/build-dashboard.sh has built it.
        .target(name: "CDashboard", path: "Sources/Dashboard", exclude: ["web", "assets"], sources: ["dashboard.c"]),
        .target(
            name: "AetherServer",
            dependencies: [
                "AetherActors", "AetherJSON", "AetherProtocol", "AetherRuntime", "AetherStorage", "AetherTracing",
                "CDashboard", "NGHTTP2Transport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/Transport/AetherServer",
            swiftSettings: swiftSettings
        ),

        // Spans on their way to a collector, of servers and of workers.
        .target(
            name: "AetherTracing",
            dependencies: [
                "AetherJSON", "AetherRuntime",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/Tracing",
            swiftSettings: swiftSettings
        ),

        // What a user imports.
        .target(
            name: "Aether",
            dependencies: [
                "AetherProtocol", "AetherRuntime", "NGHTTP2Transport",
                .target(name: "AetherServer", condition: .when(traits: ["Embedded"])),
                .target(name: "AetherStorage", condition: .when(traits: ["Embedded"])),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio", condition: .when(traits: ["Embedded"])),
                .product(name: "NIOPosix", package: "swift-nio", condition: .when(traits: ["Embedded"])),
                .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Sources/Client",
            swiftSettings: swiftSettings
        ),
        .target(
            name: "AetherTestKit",
            dependencies: [
                "Aether", "AetherActors", "AetherRuntime", "AetherServer", "AetherStorage",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/TestKit",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "AetherCLI",
            dependencies: [
                "Aether", "AetherActors", "AetherJSON", "AetherProtocol", "AetherRuntime", "AetherServer",
                "AetherStorage", "AetherTracing",
                "NGHTTP2Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Sources/CLI",
            swiftSettings: swiftSettings
        ),

        // Tests: one folder a target.
        .testTarget(
            name: "RuntimeTests", dependencies: ["AetherRuntime"], path: "Tests/RuntimeTests",
            swiftSettings: swiftSettings),
        .testTarget(
            name: "StorageTests",
            dependencies: [
                "AetherStorage", "AetherStoreConformance", "AetherRuntime",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/StorageTests",
            exclude: ["Golden"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ActorsTests",
            dependencies: [
                "AetherActors", "AetherStorage", "AetherRuntime",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ],
            path: "Tests/ActorsTests",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "Aether", "AetherActors", "AetherCLI", "AetherJSON", "AetherProtocol", "AetherRuntime", "AetherServer",
                "AetherStorage", "AetherTracing",
                "NGHTTP2Transport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
            ],
            path: "Tests/CLITests",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "AetherServer", "AetherActors", "AetherJSON", "AetherProtocol", "AetherRuntime", "AetherStorage",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/ServerTests",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TracingTests",
            dependencies: [
                "AetherTracing", "AetherJSON", "AetherRuntime",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Tests/TracingTests",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "ProtocolTests",
            dependencies: [
                "AetherProtocol", "AetherRuntime", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/ProtocolTests",
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ClientTests",
            dependencies: [
                "Aether", "AetherProtocol", "AetherRuntime", "AetherTracing", "EndToEndScript", "NGHTTP2Transport",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            path: "Tests/ClientTests",
            exclude: ["Golden"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TestKitTests", dependencies: ["AetherTestKit", "Aether", "EndToEndScript"],
            path: "Tests/TestKitTests", exclude: ["Histories"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "end-to-end-worker",
            dependencies: [
                "Aether", "AetherTracing", "EndToEndScript",
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ], path: "Tests/EndToEnd/Worker",
            swiftSettings: swiftSettings),
        .target(
            name: "EndToEndScript", dependencies: ["Aether"], path: "Tests/EndToEnd/Script",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "dashboard-worker", dependencies: ["Aether"], path: "Tests/Dashboard/Worker",
            swiftSettings: userSettings),
        .executableTarget(
            name: "single-file-remote", dependencies: ["Aether"], path: "Tests/EndToEnd/SingleFileRemote",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "simulation",
            dependencies: [
                "Aether", "AetherActors", "AetherProtocol", "AetherRuntime", "AetherServer", "AetherStorage",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            path: "Tests/Simulation",
            exclude: ["run.sh", "mutants.py"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Aether", "AetherCLI", "EndToEndScript", "end-to-end-worker", "single-file-remote",
                .product(name: "Logging", package: "swift-log"),
            ] + examples.map { .target(name: $0) },
            path: "Tests/EndToEnd",
            exclude: ["Script", "SingleFileRemote", "Worker"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "NGHTTP2TransportTests",
            dependencies: [
                "NGHTTP2Transport", "CNGHTTP2",
                .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/NGHTTP2TransportTests",
            swiftSettings: swiftSettings
        ),
    ]
        + [
            .executableTarget(
                name: "polyglot", dependencies: ["Aether"], path: "examples/typescript/polyglot/swift",
                swiftSettings: userSettings)
        ]
        + examples.map { name in
            .executableTarget(
                name: name, dependencies: ["Aether"] + (exampleDependencies[name] ?? []), path: "examples/\(name)",
                exclude: ["README.md"], swiftSettings: userSettings)
        }
        + microBenchmarks
)
