// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "storage-benchmark",
    dependencies: [.package(name: "aether", path: "../..")],
    targets: [
        .executableTarget(
            name: "StorageBenchmark",
            dependencies: [.product(name: "AetherStorage", package: "aether")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "fill",
            dependencies: [.product(name: "AetherStorage", package: "aether")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
