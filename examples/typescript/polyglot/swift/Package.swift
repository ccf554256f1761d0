// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "polyglot",
    dependencies: [.package(name: "aether", path: "../../../..")],
    targets: [
        .executableTarget(name: "polyglot", dependencies: [.product(name: "Aether", package: "aether")])
    ]
)
