// Works through a batch of images, a few at a time, each in a workflow of its own. One that fails does not hold up the
// others: see README.md.
import Aether
import Foundation

struct Image: Codable, Sendable {
    var name: String
    var width: Int
}

struct Album: Codable, Sendable {
    var name: String
    var images: [Image]
}

struct Summary: Codable, Sendable {
    var scaled: [String]
    var failed: [String]
}

struct BrokenImage: Error, CustomStringConvertible {
    var name: String
    var description: String { "\(name) can't be decoded" }
}

let client = AetherClient(
    serverURL: ProcessInfo.processInfo.environment["AETHER_SERVER"] ?? "http://localhost:7233")

let scaleImage = client.workflow("scale-image") { (context, image: Image) in
    let width = try await context.step("decode") {
        guard image.width > 0 else { throw BrokenImage(name: image.name) }
        return image.width
    }
    return try await context.step("scale") { "\(image.name) at \(width / 2)" }
}

let processAlbum = client.workflow("process-album") { (context, album: Album) in
    // Four children at once. `settled` gives every outcome, `parallel` would throw the first error.
    let outcomes = try await context.settled(over: album.images, maximumConcurrency: 4) { image in
        try await context.child(scaleImage, image, id: "\(album.name)/\(image.name)")
    }
    var summary = Summary(scaled: [], failed: [])
    for outcome in outcomes {
        switch outcome {
        case .success(let image): summary.scaled.append(image)
        case .failure(let error as WorkflowFailed): summary.failed.append(error.message)
        case .failure(let error): throw error
        }
    }
    return summary
}

try await client.serve([processAlbum, scaleImage]) { _ in
    var images = (1...20).map { Image(name: "image-\($0)", width: 100 * $0) }
    images[6].width = 0
    let summary = try await processAlbum.startAndWait(Album(name: "holiday", images: images), id: "holiday")
    print("\(summary.scaled.count) scaled, the last \(summary.scaled.last ?? "none")")
    print("failed: \(summary.failed.joined(separator: ", "))")
}
