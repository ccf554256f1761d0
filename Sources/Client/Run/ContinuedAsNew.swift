/// What ends the function of a run that goes on as a new one.
struct ContinuedAsNew: Error {
    /// The new run's input, as JSON.
    let input: [UInt8]
}
