internal import Foundation

/// Where a new project goes: a folder that is not there yet, or is empty.
struct ProjectFolder {
    let url: URL

    /// - Parameters:
    ///   - path: as the user wrote it.
    ///   - current: what a relative path begins at.
    /// - Throws: ``CommandFailure`` when nothing may be made there.
    init(_ path: String, in current: String = FileManager.default.currentDirectoryPath) throws(CommandFailure) {
        func refuse(_ reason: String) -> CommandFailure {
            CommandFailure(Cell.visible("can't make a project at \(path): \(reason)"))
        }
        guard !path.isEmpty, !path.utf8.contains(0) else { throw refuse("that is no path; name a folder") }
        guard !path.split(separator: "/").contains("..") else { throw refuse("write the path without ..") }
        url =
            URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: current, isDirectory: true))
            .standardizedFileURL
        let manager = FileManager.default
        guard (try? manager.destinationOfSymbolicLink(atPath: url.path)) == nil else {
            throw refuse("that is a symbolic link; name the folder itself")
        }
        var isFolder: ObjCBool = false
        guard manager.fileExists(atPath: url.path, isDirectory: &isFolder) else { return }
        guard isFolder.boolValue else { throw refuse("a file of this name is there") }
        let there: [String]
        do {
            there = try manager.contentsOfDirectory(atPath: url.path)
        } catch {
            throw refuse("the folder can't be read")
        }
        guard there.isEmpty else {
            let shown = there.sorted().prefix(3).joined(separator: ", ") + (there.count > 3 ? ", …" : "")
            throw refuse("the folder has \(shown) in it; choose an empty one or another name")
        }
    }

    /// Writes the files: all of them, or nothing stays.
    ///
    /// - Parameter files: texts by path within the folder.
    /// - Throws: ``CommandFailure`` when they can't be written.
    func write(_ files: [ProjectFile]) throws(CommandFailure) {
        let manager = FileManager.default
        // Beside the folder, so that it is moved there in one step.
        let draft = url.deletingLastPathComponent()
            .appendingPathComponent(".\(url.lastPathComponent).\(UInt64.random(in: .min ... .max))")
        do {
            try manager.createDirectory(at: draft, withIntermediateDirectories: true)
            for file in files {
                let place = draft.appendingPathComponent(file.path)
                try manager.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: place)
            }
            // An empty folder makes way; one that is no longer empty does not.
            if manager.fileExists(atPath: url.path), rmdir(url.path) != 0 { throw POSIXError(.ENOTEMPTY) }
            try manager.moveItem(at: draft, to: url)
        } catch {
            try? manager.removeItem(at: draft)
            let reason = (error as NSError).localizedDescription
            throw CommandFailure(
                Cell.visible("can't write the project to \(url.path): \(reason); nothing was made"))
        }
    }
}
