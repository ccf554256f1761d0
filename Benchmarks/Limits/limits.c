// The limits of this machine that a durable step meets: appending to SQLite, syncing a file, a round trip over
// loopback. Prints one line of JSON a figure.
//
//     cc -O2 -o limits limits.c -lsqlite3 -lpthread
//     ./limits DIRECTORY
//
// Its files are in a new folder of DIRECTORY, so that is the disk it measures; the folder is removed at the end.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    WORKFLOWS = 100000,
    ENTRY_BYTES = 150,
    BLOCK_BYTES = 4096,
    SYNCS = 3000,
    MESSAGE_BYTES = 64,
    MAXIMUM_DEPTH = 256,
};

// MARK: The folder

static const char DATABASE[] = "journal.db", BLOCKS[] = "blocks";
static char folder[PATH_MAX];

// Makes only calls that a signal handler may make. SQLite's files beside the database are still there after a signal.
static void remove_folder(void) {
    unlink(DATABASE);
    unlink("journal.db-wal");
    unlink("journal.db-shm");
    unlink(BLOCKS);
    rmdir(folder);
}

static void stop(int signal) {
    remove_folder();
    _exit(128 + signal);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("limits: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void make_folder(const char *directory) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/.limits-XXXXXX", directory);
    if (length >= (int)sizeof path) fail("the path of the directory is too long");
    if (mkdtemp(path) == NULL || realpath(path, folder) == NULL || chdir(folder) != 0)
        fail("can't make a folder in %s: %s", directory, strerror(errno));
    atexit(remove_folder);
    const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t index = 0; index < sizeof signals / sizeof *signals; index++) signal(signals[index], stop);
}

// MARK: Measuring

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

// User's and system's time of all threads.
static double cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double *samples(long count) {
    double *values = malloc(count * sizeof *values);
    if (values == NULL) fail("out of memory");
    return values;
}

static void sort(double *values, long count) {
    qsort(values, count, sizeof *values, by_size);
}

// MARK: SQLite

static sqlite3 *database;

static void check(int code) {
    if (code != SQLITE_OK && code != SQLITE_DONE) fail("SQLite in %s: %s", folder, sqlite3_errmsg(database));
}

static void execute(const char *sql) {
    check(sqlite3_exec(database, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL));
    return statement;
}

static void run(sqlite3_stmt *statement) {
    check(sqlite3_step(statement));
    check(sqlite3_reset(statement));
}

// The table and the settings of Aether's journal.
static void open_journal(void) {
    check(sqlite3_open(DATABASE, &database));
    execute("PRAGMA journal_mode = WAL");
    execute("PRAGMA synchronous = FULL");
    execute("PRAGMA cache_size = -16384");
    execute("CREATE TABLE journal (row INTEGER PRIMARY KEY, workflow INTEGER NOT NULL, previous INTEGER NOT NULL,"
            " entry BLOB NOT NULL)");
}

// Binds row 1, 2, 3, …: the workflows take turns in a scattered order, and each row knows its workflow's row before.
static void bind_row(sqlite3_stmt *insert, long row, const unsigned char *entry) {
    long workflow = row * 7919 % WORKFLOWS;
    long previous = row > WORKFLOWS ? row - WORKFLOWS : 0;
    check(sqlite3_bind_int64(insert, 1, row));
    check(sqlite3_bind_int64(insert, 2, workflow));
    check(sqlite3_bind_int64(insert, 3, previous));
    check(sqlite3_bind_blob(insert, 4, entry, ENTRY_BYTES, SQLITE_STATIC));
}

static void measure_append(int batch, long rows) {
    open_journal();
    sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
    sqlite3_stmt *insert = prepare("INSERT INTO journal VALUES (?, ?, ?, ?)");
    unsigned char entry[ENTRY_BYTES];
    memset(entry, 'e', sizeof entry);
    double begin_time = now(), begin_cpu = cpu();
    for (long row = 1; row <= rows;) {
        run(begin);
        for (int count = 0; count < batch; count++, row++) {
            bind_row(insert, row, entry);
            run(insert);
        }
        run(commit);
    }
    double seconds = now() - begin_time, used = cpu() - begin_cpu;
    printf("{\"limit\": \"sqlite_append\", \"sqlite\": \"%s\", \"batch\": %d, \"rows\": %ld, "
           "\"rows_per_second\": %.0f, \"commits_per_second\": %.0f, \"cpu_us_per_row\": %.2f}\n",
           sqlite3_libversion(), batch, rows, rows / seconds, rows / batch / seconds, used / rows * 1e6);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    sqlite3_finalize(insert);
    check(sqlite3_close(database));
    unlink(DATABASE);
}

// MARK: fdatasync

static void write_block(int file, const unsigned char *block) {
    if (write(file, block, BLOCK_BYTES) != BLOCK_BYTES) fail("can't write a block in %s: %s", folder, strerror(errno));
}

// Writes and syncs one block after the other; into a file that has them already, or at the end of an empty one.
static void measure_sync(bool overwrite) {
    unsigned char block[BLOCK_BYTES];
    memset(block, 'b', sizeof block);
    int file = open(BLOCKS, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (file < 0) fail("can't make a file in %s: %s", folder, strerror(errno));
    if (overwrite) {
        for (int count = 0; count < SYNCS; count++) write_block(file, block);
        if (fsync(file) != 0) fail("can't sync a file in %s: %s", folder, strerror(errno));
        lseek(file, 0, SEEK_SET);
    }
    double *latencies = samples(SYNCS), begin = now();
    for (int count = 0; count < SYNCS; count++) {
        double before = now();
        write_block(file, block);
        if (fdatasync(file) != 0) fail("can't sync a file in %s: %s", folder, strerror(errno));
        latencies[count] = now() - before;
    }
    double seconds = now() - begin;
    sort(latencies, SYNCS);
    printf("{\"limit\": \"fdatasync\", \"mode\": \"%s\", \"bytes\": %d, \"per_second\": %.0f, \"p50_us\": %.0f, "
           "\"p99_us\": %.0f}\n",
           overwrite ? "overwrite" : "append", BLOCK_BYTES, SYNCS / seconds, latencies[SYNCS / 2] * 1e6,
           latencies[SYNCS * 99 / 100] * 1e6);
    free(latencies);
    close(file);
    unlink(BLOCKS);
}

// MARK: Loopback

static void send_all(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(socket, bytes, count);
        if (sent <= 0) fail("can't write to a loopback connection: %s", strerror(errno));
        bytes += sent;
        count -= sent;
    }
}

static void send_at_once(int socket) {
    int on = 1;
    if (setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        fail("can't set TCP_NODELAY: %s", strerror(errno));
}

static int new_socket(void) {
    int tcp = socket(AF_INET, SOCK_STREAM, 0);
    if (tcp < 0) fail("can't make a socket: %s", strerror(errno));
    return tcp;
}

// Keeps this thread on a core: to wake another core costs far more than to change threads on the same.
static void stay_on(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) fail("can't stay on core %d: %s", core, strerror(errno));
}

struct echo {
    int listener, core;
};

// A thread that sends back what comes, until the other side closes.
static void *echo(void *argument) {
    const struct echo *echo = argument;
    stay_on(echo->core);
    int connection = accept(echo->listener, NULL, NULL);
    if (connection < 0) fail("can't accept a loopback connection: %s", strerror(errno));
    send_at_once(connection);
    char bytes[MESSAGE_BYTES * MAXIMUM_DEPTH];
    ssize_t count;
    while ((count = read(connection, bytes, sizeof bytes)) > 0) send_all(connection, bytes, count);
    close(connection);
    return NULL;
}

static int listen_on_loopback(struct sockaddr_in *address) {
    int listener = new_socket();
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof *address;
    if (bind(listener, (struct sockaddr *)address, length) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)address, &length) != 0)
        fail("can't listen on 127.0.0.1: %s", strerror(errno));
    return listener;
}

static int connect_to(const struct sockaddr_in *address) {
    int connection = new_socket();
    if (connect(connection, (const struct sockaddr *)address, sizeof *address) != 0)
        fail("can't connect to 127.0.0.1: %s", strerror(errno));
    send_at_once(connection);
    return connection;
}

static void receive_all(int socket, char *bytes, size_t count) {
    while (count > 0) {
        ssize_t received = read(socket, bytes, count);
        if (received <= 0) fail("can't read from a loopback connection: %s", strerror(errno));
        count -= received;
    }
}

// So many messages are sent in one write, and all of them are awaited before the next write.
static void measure_round_trip(int core, int core_of_echo, int depth, long messages) {
    stay_on(core);
    struct sockaddr_in address;
    struct echo other = {.listener = listen_on_loopback(&address), .core = core_of_echo};
    pthread_t thread;
    if (pthread_create(&thread, NULL, echo, &other) != 0) fail("can't start a thread");
    int connection = connect_to(&address);
    char bytes[MESSAGE_BYTES * MAXIMUM_DEPTH] = {0};
    size_t size = (size_t)MESSAGE_BYTES * depth;
    long rounds = messages / depth;
    double *latencies = samples(rounds), begin = now(), begin_cpu = cpu();
    for (long round = 0; round < rounds; round++) {
        double before = now();
        send_all(connection, bytes, size);
        receive_all(connection, bytes, size);
        latencies[round] = now() - before;
    }
    double seconds = now() - begin, used = cpu() - begin_cpu, done = (double)rounds * depth;
    sort(latencies, rounds);
    printf("{\"limit\": \"loopback\", \"message_bytes\": %d, \"cores\": %d, \"depth\": %d, "
           "\"per_second\": %.0f, \"p50_us\": %.1f, \"cpu_us_per_message\": %.2f}\n",
           MESSAGE_BYTES, core == core_of_echo ? 1 : 2, depth, done / seconds, latencies[rounds / 2] * 1e6,
           used / done * 1e6);
    free(latencies);
    close(connection);
    pthread_join(thread, NULL);
    close(other.listener);
}

// Both ends on one core, then on two if this process may use two.
static void measure_loopback(void) {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0) fail("can't tell the cores: %s", strerror(errno));
    int first = 0, last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(first, &cores)) first++;
    while (!CPU_ISSET(last, &cores)) last--;
    measure_round_trip(first, first, 1, 100000);
    measure_round_trip(first, first, MAXIMUM_DEPTH, 5000000);
    if (last == first) return;
    measure_round_trip(first, last, 1, 20000);
    measure_round_trip(first, last, MAXIMUM_DEPTH, 5000000);
}

int main(int count, char **arguments) {
    if (count != 2 || arguments[1][0] == '-') {
        fputs("usage: limits DIRECTORY\n"
              "Measures the disk of the directory, and loopback; a few files are there meanwhile.\n",
              stderr);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_folder(arguments[1]);
    measure_append(1, 3000);
    measure_append(10, 30000);
    measure_append(100, 200000);
    measure_append(1000, 500000);
    measure_sync(false);
    measure_sync(true);
    measure_loopback();
    return 0;
}
