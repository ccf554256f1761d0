/// When a timer is to fire, as the worker that starts it says.
package enum TimerDue: Sendable, Hashable {
    /// So many milliseconds after the server has recorded its start.
    case after(milliseconds: Int64)
    case at(Timestamp)
}
