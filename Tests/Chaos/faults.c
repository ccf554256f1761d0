// Lets a server die, fail or wait at named points, and sets its wall clock, from outside: LD_PRELOAD this, with FAULTS the
// path of a file that faults.py has mapped too. The layout of that file is `struct control`.
//
//   cc -shared -fPIC -O2 -o faults.so faults.c -ldl
//
// A point is a call into the C library on a file of a kind: the database's write-ahead log, the database itself, a
// connection. Of a server with PostgreSQL, whose client library alone calls send() and recv(), the log is the connection to
// it: LOG_WRITE is before something is sent, LOG_SYNC after that, LOG_SYNCED when it has said that it has committed.
// (libfaketime would not do for the clock: it also moves timers that count on the monotonic clock.)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum point {
    RECEIVED,         // a request, or a part of one, was read from a connection
    LOG_WRITE,        // before a write to the log: what is decided is not in it
    LOG_SYNC,         // before its sync: written, and not durable
    LOG_SYNCED,       // after its sync: committed, and nobody knows
    ANSWER,           // before the first write to a connection after that
    DISPATCH,         // before a write to a connection of what has the mark in it
    DATABASE_WRITE,   // before a checkpoint, or a migration, writes to the database
    DATABASE_SYNC,    // before its sync
    DATABASE_SYNCED,  // after its sync
    FILE_READ,        // before a read of either
    POINTS,
};

enum action { KILL = 1, FAIL, DELAY };

struct control {
    _Atomic uint32_t points;  // a bit for each point that is armed; 0 while none is
    uint32_t action;
    uint32_t value;  // the errno, or the microseconds
    uint32_t times;  // how many calls in a row are struck
    _Atomic int64_t until;  // how many calls pass before the first
    _Atomic uint64_t struck;
    _Atomic uint64_t reached[POINTS];
    _Atomic int64_t clock_offset;  // seconds
    char mark[32];
};

static struct control *control;

__attribute__((constructor)) static void map(void) {
    const char *path = getenv("FAULTS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory != MAP_FAILED) control = memory;
    close(file);
}

// Whether the call is to fail; errno is set then.
static int strikes(enum point point) {
    if (!control) return 0;
    atomic_fetch_add(&control->reached[point], 1);
    if (!(atomic_load(&control->points) & 1u << point)) return 0;
    int64_t before = atomic_fetch_sub(&control->until, 1);
    if (before > 0 || -before >= control->times) return 0;
    atomic_fetch_add(&control->struck, 1);
    switch (control->action) {
        case KILL:
            kill(getpid(), SIGKILL);
            for (;;) pause();
        case FAIL:
            errno = control->value;
            return 1;
        default: {
            int kept = errno;
            usleep(control->value);
            errno = kept;
            return 0;
        }
    }
}

enum kind { OTHER, LOG, DATABASE, CONNECTION };

static enum kind kind_of(int descriptor) {
    char link[32], path[512];
    int kept = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = kept;
    if (length < 0) return OTHER;
    path[length] = 0;
    if (strncmp(path, "socket:", 7) == 0) return CONNECTION;
    const char *name = strstr(path, ".db");
    if (!name) return OTHER;
    if (strcmp(name, ".db-wal") == 0) return LOG;
    return strcmp(name, ".db") == 0 || strcmp(name, ".db-journal") == 0 ? DATABASE : OTHER;
}

static int write_strikes(int descriptor) {
    switch (kind_of(descriptor)) {
        case LOG: return strikes(LOG_WRITE);
        case DATABASE: return strikes(DATABASE_WRITE);
        default: return 0;
    }
}

static _Atomic int has_synced;

static int has_mark(const struct iovec *parts, int count) {
    size_t length = control ? strlen(control->mark) : 0;
    if (length == 0) return 0;
    for (int part = 0; part < count; part++) {
        if (memmem(parts[part].iov_base, parts[part].iov_len, control->mark, length)) return 1;
    }
    return 0;
}

static int send_strikes(int descriptor, const struct iovec *parts, int count) {
    if (kind_of(descriptor) != CONNECTION) return 0;
    if (has_mark(parts, count) && strikes(DISPATCH)) return 1;
    return atomic_exchange(&has_synced, 0) && strikes(ANSWER);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define PWRITE(name, offset_type)                                                      \
    ssize_t name(int descriptor, const void *data, size_t count, offset_type offset) { \
        if (write_strikes(descriptor)) return -1;                                      \
        return NEXT(name)(descriptor, data, count, offset);                            \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PREAD(name, offset_type)                                                 \
    ssize_t name(int descriptor, void *data, size_t count, offset_type offset) { \
        enum kind kind = kind_of(descriptor);                                    \
        if ((kind == LOG || kind == DATABASE) && strikes(FILE_READ)) return -1;  \
        return NEXT(name)(descriptor, data, count, offset);                      \
    }
PREAD(pread, off_t)
PREAD(pread64, off64_t)

#define TRUNCATE(name, size_type)                  \
    int name(int descriptor, size_type size) {     \
        if (write_strikes(descriptor)) return -1;  \
        return NEXT(name)(descriptor, size);       \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define SYNC(name)                                                              \
    int name(int descriptor) {                                                  \
        enum kind kind = kind_of(descriptor);                                   \
        if (kind != LOG && kind != DATABASE) return NEXT(name)(descriptor);     \
        if (strikes(kind == LOG ? LOG_SYNC : DATABASE_SYNC)) return -1;         \
        int status = NEXT(name)(descriptor);                                    \
        if (kind == LOG) atomic_store(&has_synced, 1);                          \
        if (strikes(kind == LOG ? LOG_SYNCED : DATABASE_SYNCED)) return -1;     \
        return status;                                                          \
    }
SYNC(fsync)
SYNC(fdatasync)

static ssize_t broken(int descriptor) {
    int error = errno;
    shutdown(descriptor, SHUT_RDWR);
    errno = error;
    return -1;
}

ssize_t send(int descriptor, const void *data, size_t count, int flags) {
    // A connection on which a call fails is broken.
    if (strikes(LOG_WRITE)) return broken(descriptor);
    ssize_t length = NEXT(send)(descriptor, data, count, flags);
    return length > 0 && strikes(LOG_SYNC) ? broken(descriptor) : length;
}

ssize_t recv(int descriptor, void *data, size_t count, int flags) {
    ssize_t length = NEXT(recv)(descriptor, data, count, flags);
    if (length <= 0 || !memmem(data, length, "COMMIT", 7)) return length;
    atomic_store(&has_synced, 1);
    return strikes(LOG_SYNCED) ? broken(descriptor) : length;
}

ssize_t read(int descriptor, void *data, size_t count) {
    ssize_t length = NEXT(read)(descriptor, data, count);
    if (length > 0 && kind_of(descriptor) == CONNECTION && strikes(RECEIVED)) return -1;
    return length;
}

ssize_t write(int descriptor, const void *data, size_t count) {
    struct iovec part = {(void *)data, count};
    if (send_strikes(descriptor, &part, 1)) return -1;
    return NEXT(write)(descriptor, data, count);
}

ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (send_strikes(descriptor, parts, count)) return -1;
    return NEXT(writev)(descriptor, parts, count);
}

static time_t offset(void) { return control ? atomic_load(&control->clock_offset) : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int status = NEXT(clock_gettime)(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += offset();
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int status = NEXT(gettimeofday)(now, zone);
    now->tv_sec += offset();
    return status;
}

time_t time(time_t *place) {
    time_t now = NEXT(time)(NULL) + offset();
    if (place) *place = now;
    return now;
}
