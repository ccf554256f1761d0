// Records what a program writes to the files of a database and when it syncs them: LD_PRELOAD this, with DISK_LOG the path
// of the record and DISK_FILES what the paths of the files contain. disk_log.py reads the record. With DISK_FAILING_SYNCS n,
// every n-th sync fails.
//
//   cc -shared -fPIC -O2 -o disk_log.so disk_log.c -ldl
//
// A write and a truncation are recorded once they are done; a sync when it begins and when it has succeeded or failed. So what is
// recorded before a sync's beginning was covered by it, as far as one thread is concerned: SQLite syncs what the same
// thread wrote.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum operation { OPENED = 1, WRITTEN, TRUNCATED, SYNC_BEGAN, SYNC_ENDED, REMOVED, SYNC_FAILED };

struct header {
    uint64_t nanoseconds;
    uint32_t operation;
    uint32_t file;
    uint64_t offset;
    uint64_t length;
};

enum { DESCRIPTORS = 65536, FILES = 64 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;
static uint32_t file_of[DESCRIPTORS];
static char *paths[FILES];
static uint32_t path_count;

static void put(enum operation operation, uint32_t file, uint64_t offset, const void *data, uint64_t length,
                int carries_data) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct header header = {now.tv_sec * 1000000000ull + now.tv_nsec, operation, file, offset, length};
    struct iovec parts[2] = {{&header, sizeof header}, {(void *)data, length}};
    if (record < 0) {
        record = syscall(SYS_openat, AT_FDCWD, getenv("DISK_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    }
    if (syscall(SYS_writev, record, parts, carries_data ? 2 : 1) < 0) abort();
}

static void opened(int descriptor, const char *path) {
    const char *wanted = getenv("DISK_FILES");
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    pthread_mutex_lock(&mutex);
    file_of[descriptor] = 0;
    if (wanted && strstr(path, wanted) && !strstr(path, "-shm")) {
        uint32_t file = 0;
        while (file < path_count && strcmp(paths[file], path)) file++;
        if (file == FILES) abort();
        if (file == path_count) paths[path_count++] = strdup(path);
        file_of[descriptor] = file + 1;
        put(OPENED, file + 1, 0, path, strlen(path), 1);
    }
    pthread_mutex_unlock(&mutex);
}

static uint32_t file(int descriptor) {
    return descriptor >= 0 && descriptor < DESCRIPTORS ? file_of[descriptor] : 0;
}

static void note(enum operation operation, int descriptor, uint64_t offset, const void *data, uint64_t length) {
    int kept = errno;
    pthread_mutex_lock(&mutex);
    if (file(descriptor)) put(operation, file(descriptor), offset, data, length, operation == WRITTEN);
    pthread_mutex_unlock(&mutex);
    errno = kept;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                       \
    int name(const char *path, int flags, ...) {         \
        va_list rest;                                    \
        va_start(rest, flags);                           \
        mode_t mode = va_arg(rest, mode_t);              \
        va_end(rest);                                    \
        int descriptor = NEXT(name)(path, flags, mode);  \
        opened(descriptor, path);                        \
        return descriptor;                               \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                              \
    int name(int folder, const char *path, int flags, ...) {      \
        va_list rest;                                             \
        va_start(rest, flags);                                    \
        mode_t mode = va_arg(rest, mode_t);                       \
        va_end(rest);                                             \
        int descriptor = NEXT(name)(folder, path, flags, mode);   \
        opened(descriptor, path);                                 \
        return descriptor;                                        \
    }
OPENAT(openat)
OPENAT(openat64)

#define PWRITE(name, offset_type)                                                        \
    ssize_t name(int descriptor, const void *data, size_t count, offset_type offset) {   \
        ssize_t written = NEXT(name)(descriptor, data, count, offset);                   \
        if (written > 0) note(WRITTEN, descriptor, offset, data, written);               \
        return written;                                                                  \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, size_type)                                 \
    int name(int descriptor, size_type size) {                    \
        int status = NEXT(name)(descriptor, size);                \
        if (status == 0) note(TRUNCATED, descriptor, size, 0, 0); \
        return status;                                            \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

static int fails(int descriptor) {
    static _Atomic int syncs;
    const char *every = getenv("DISK_FAILING_SYNCS");
    return every && file(descriptor) && atomic_fetch_add(&syncs, 1) % atoi(every) == atoi(every) - 1;
}

#define SYNC(name)                                                                  \
    int name(int descriptor) {                                                      \
        note(SYNC_BEGAN, descriptor, 0, 0, 0);                                      \
        int status = fails(descriptor) ? (errno = EIO, -1) : NEXT(name)(descriptor); \
        note(status == 0 ? SYNC_ENDED : SYNC_FAILED, descriptor, 0, 0, 0);          \
        return status;                                                              \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    int status = NEXT(unlink)(path);
    int kept = errno;
    pthread_mutex_lock(&mutex);
    for (uint32_t place = 0; status == 0 && place < path_count; place++) {
        if (strcmp(paths[place], path) == 0) put(REMOVED, place + 1, 0, 0, 0, 0);
    }
    pthread_mutex_unlock(&mutex);
    errno = kept;
    return status;
}
