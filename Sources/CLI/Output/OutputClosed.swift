/// Whoever read standard output has had enough: the command stops, and that is no failure.
struct OutputClosed: Error {}
