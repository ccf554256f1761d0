/// What a worker offers and a task needs: each has a ready queue of its own.
package enum TaskResource: Sendable, Hashable {
    /// Runs of a workflow type.
    case workflow(String)
    /// An activity by its name, of the workers of a service; of any when that is empty.
    case activity(String, service: String = "")
}

extension TaskResource: Comparable {
    /// Workflows first; by name, then by service.
    package static func < (lhs: TaskResource, rhs: TaskResource) -> Bool {
        switch (lhs, rhs) {
        case (.workflow(let left), .workflow(let right)): left < right
        case (.workflow, .activity): true
        case (.activity, .workflow): false
        case (.activity(let left, let leftService), .activity(let right, let rightService)):
            (left, leftService) < (right, rightService)
        }
    }
}
