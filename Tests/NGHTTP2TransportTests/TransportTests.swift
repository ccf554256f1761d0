import Testing

/// One test at a time: some have deadlines of milliseconds on connections, which a busy machine would miss.
@Suite(.serialized)
enum TransportTests {}
