// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "custom-storage",
    dependencies: [
        .package(name: "aether", path: "../..")
    ],
    targets: [
        .target(name: "FileStore", dependencies: [.product(name: "AetherStorage", package: "aether")]),
        .executableTarget(name: "greeter", dependencies: ["FileStore", .product(name: "Aether", package: "aether")]),
        .testTarget(
            name: "FileStoreTests",
            dependencies: ["FileStore", .product(name: "AetherStoreConformance", package: "aether")]),
    ]
)
