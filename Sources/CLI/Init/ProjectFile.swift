/// One file of a new project.
struct ProjectFile: Hashable {
    /// Within the project's folder.
    var path: String
    var text: String
}
