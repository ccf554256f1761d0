/// What a worker offers and a task needs: each has a ready queue of its own.
package enum TaskResource: Sendable, Hashable {
    /// Runs of a workflow type.
    case workflow(String)
    /// An activity by its name, of the workers of a service; of any when that is empty.
    case activity(String, service: String = "")
}
