import Foundation

// seeds FOLDER: writes inputs to begin with, made by the product's own encoders and from its fixtures, a folder a target.
let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..").standardizedFileURL
let folder = URL(fileURLWithPath: CommandLine.arguments[1])
let seeds = [
    "Entries": try EntrySeeds.all(golden: root.appendingPathComponent("Tests/ClientTests/Golden")),
    "Wire": WireSeeds.all(),
    "JSON": TextSeeds.json,
    "TOML": try TextSeeds.toml(documentation: root.appendingPathComponent("docs/configuration.md")),
    "Connection": ConnectionSeeds.all(),
]
for (target, inputs) in seeds {
    let place = folder.appendingPathComponent(target)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (number, input) in inputs.enumerated() {
        try Data(input).write(to: place.appendingPathComponent("seed-\(number)"))
    }
}
