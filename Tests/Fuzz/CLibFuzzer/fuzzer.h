#include <stddef.h>
#include <stdint.h>

// https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library; the library has no header for it.
int LLVMFuzzerRunDriver(int *_Nonnull argc, char *_Nullable *_Nonnull *_Nonnull argv,
                        int (*_Nonnull callback)(const uint8_t *_Nullable data, size_t size));
