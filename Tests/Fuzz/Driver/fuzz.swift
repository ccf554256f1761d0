internal import CLibFuzzer
internal import Foundation

/// What is fuzzed. libFuzzer calls a C function, which can't capture it; it is set once, before anything runs.
nonisolated(unsafe) private var target: (UnsafeRawBufferPointer) -> Void = { _ in }

/// Has libFuzzer make up inputs for a target, as the program's arguments say, and ends the program.
///
/// - Parameter body: Takes an input, which is gone when it returns. It fails by trapping.
public func fuzz(_ body: @escaping (UnsafeRawBufferPointer) -> Void) -> Never {
    target = body
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, testOneInput))
}

/// Has this name because libFuzzer's own `main`, which is linked although it isn't used, asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    target(UnsafeRawBufferPointer(start: bytes, count: size))
    return 0
}
