#include "CPostgres.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// Wherever a distribution puts it.
#if __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#define HAS_HEADER 1
#elif __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#define HAS_HEADER 1
#else
#define HAS_HEADER 0
typedef void (*PQnoticeProcessor)(void *argument, const char *message);
typedef struct _PQconninfoOption PQconninfoOption;
#endif

// What libpq calls an enumeration is an int here, which is the same to a caller.
#define FUNCTIONS(F, E)                                                                                               \
    F(PQconninfoOption *, PQconninfoParse, (const char *, char **))                                                   \
    F(void, PQconninfoFree, (PQconninfoOption *))                                                                     \
    F(void, PQfreemem, (void *))                                                                                      \
    F(PGconn *, PQconnectdbParams, (const char *const *, const char *const *, int))                                   \
    F(void, PQfinish, (PGconn *))                                                                                     \
    E(int, PQstatus, (const PGconn *))                                                                                \
    F(char *, PQerrorMessage, (const PGconn *))                                                                       \
    F(int, PQserverVersion, (const PGconn *))                                                                         \
    F(int, PQsocket, (const PGconn *))                                                                                \
    F(PQnoticeProcessor, PQsetNoticeProcessor, (PGconn *, PQnoticeProcessor, void *))                                 \
    F(int, PQsetnonblocking, (PGconn *, int))                                                                         \
    F(int, PQenterPipelineMode, (PGconn *))                                                                           \
    F(int, PQexitPipelineMode, (PGconn *))                                                                            \
    F(int, PQsetSingleRowMode, (PGconn *))                                                                            \
    F(int, PQputCopyData, (PGconn *, const char *, int))                                                              \
    F(int, PQputCopyEnd, (PGconn *, const char *))                                                                    \
    F(int, PQpipelineSync, (PGconn *))                                                                                \
    F(int, PQsendPrepare, (PGconn *, const char *, const char *, int, const unsigned int *))                          \
    F(int, PQsendQueryPrepared,                                                                                       \
      (PGconn *, const char *, int, const char *const *, const int *, const int *, int))                              \
    F(int, PQsendQueryParams,                                                                                         \
      (PGconn *, const char *, int, const unsigned int *, const char *const *, const int *, const int *, int))        \
    F(int, PQflush, (PGconn *))                                                                                       \
    F(int, PQconsumeInput, (PGconn *))                                                                                \
    F(int, PQisBusy, (PGconn *))                                                                                      \
    F(PGresult *, PQgetResult, (PGconn *))                                                                            \
    E(int, PQresultStatus, (const PGresult *))                                                                        \
    F(char *, PQresultErrorField, (const PGresult *, int))                                                            \
    F(void, PQclear, (PGresult *))                                                                                    \
    F(int, PQntuples, (const PGresult *))                                                                             \
    F(int, PQgetisnull, (const PGresult *, int, int))                                                                 \
    F(char *, PQgetvalue, (const PGresult *, int, int))                                                               \
    F(int, PQgetlength, (const PGresult *, int, int))

static struct {
#define FIELD(result, name, parameters) result(*name) parameters;
    FUNCTIONS(FIELD, FIELD)
#undef FIELD
} libpq;

#if HAS_HEADER
#define SAME(result, name, parameters)                                                                                \
    _Static_assert(__builtin_types_compatible_p(__typeof__(&name), __typeof__(libpq.name)), #name);
#define SAME_SIZE(result, name, parameters) _Static_assert(sizeof(name(0)) == sizeof(int), #name);
FUNCTIONS(SAME, SAME_SIZE)
_Static_assert(sizeof(PQconninfoOption) == sizeof(struct pq_option), "PQconninfoOption");
_Static_assert(__builtin_offsetof(PQconninfoOption, val) == __builtin_offsetof(struct pq_option, value), "val");
_Static_assert(__builtin_offsetof(PQconninfoOption, envvar) == __builtin_offsetof(struct pq_option, variable), "envvar");
_Static_assert((int)CONNECTION_OK == PQ_STATE_CONNECTED && (int)PGRES_COMMAND_OK == PQ_STATE_DONE, "states");
_Static_assert((int)PGRES_TUPLES_OK == PQ_STATE_ROWS && (int)PGRES_PIPELINE_SYNC == PQ_STATE_SYNC, "states");
_Static_assert((int)PGRES_PIPELINE_ABORTED == PQ_STATE_SKIPPED, "states");
_Static_assert((int)PGRES_COPY_IN == PQ_STATE_COPY && (int)PGRES_SINGLE_TUPLE == PQ_STATE_ROW, "states");
_Static_assert(PG_DIAG_SQLSTATE == PQ_FIELD_SQLSTATE && PG_DIAG_MESSAGE_PRIMARY == PQ_FIELD_MESSAGE, "fields");
_Static_assert(PG_DIAG_CONSTRAINT_NAME == PQ_FIELD_CONSTRAINT, "fields");
#endif

static char failure[512];

static void find(void) {
#if defined(__APPLE__)
    const char *names[] = {"libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib", "/usr/local/opt/libpq/lib/libpq.5.dylib"};
#else
    const char *names[] = {"libpq.so.5"};
#endif
    void *library = NULL;
    for (unsigned index = 0; index < sizeof names / sizeof *names && library == NULL; index++)
        library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        snprintf(failure, sizeof failure, "PostgreSQL's library libpq is missing (%s); install it (Debian's package libpq5)",
                 reason == NULL ? names[0] : reason);
        return;
    }
#define FIND(result, name, parameters)                                                                                \
    libpq.name = (result(*) parameters)dlsym(library, #name);                                                         \
    if (libpq.name == NULL) {                                                                                         \
        snprintf(failure, sizeof failure,                                                                             \
                 "the installed libpq has no " #name "; install the one of PostgreSQL 14 or newer");                  \
        return;                                                                                                       \
    }
    FUNCTIONS(FIND, FIND)
#undef FIND
}

const char *pq_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    return failure[0] == '\0' ? NULL : failure;
}

struct pq_option *pq_parse(const char *text, char **message) {
    return (struct pq_option *)libpq.PQconninfoParse(text, message);
}

void pq_free_options(struct pq_option *options) { libpq.PQconninfoFree((PQconninfoOption *)options); }

void pq_free(void *memory) { libpq.PQfreemem(memory); }

static void drop(void *argument, const char *message) {
    (void)argument;
    (void)message;
}

PGconn *pq_connect(const char *const *keywords, const char *const *values) {
    PGconn *connection = libpq.PQconnectdbParams(keywords, values, 0);
    if (connection == NULL || libpq.PQstatus(connection) != PQ_STATE_CONNECTED) return connection;
    libpq.PQsetNoticeProcessor(connection, drop, NULL);
    libpq.PQsetnonblocking(connection, 1);
    libpq.PQenterPipelineMode(connection);
    return connection;
}

void pq_finish(PGconn *connection) { libpq.PQfinish(connection); }
bool pq_is_connected(PGconn *connection) { return libpq.PQstatus(connection) == PQ_STATE_CONNECTED; }
const char *pq_message(PGconn *connection) { return libpq.PQerrorMessage(connection); }
int pq_server_version(PGconn *connection) { return libpq.PQserverVersion(connection); }
int pq_socket(PGconn *connection) { return libpq.PQsocket(connection); }

int pq_send_prepare(PGconn *connection, const char *name, const char *sql, int count, const unsigned int *types) {
    return libpq.PQsendPrepare(connection, name, sql, count, types);
}

int pq_send_prepared(PGconn *connection, const char *name, int count, const char *const *values, const int *lengths,
                     const int *formats) {
    return libpq.PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1);
}

int pq_send_query(PGconn *connection, const char *sql, int count, const unsigned int *types, const char *const *values,
                  const int *lengths, const int *formats) {
    return libpq.PQsendQueryParams(connection, sql, count, types, values, lengths, formats, 1);
}

int pq_sync(PGconn *connection) { return libpq.PQpipelineSync(connection); }
int pq_flush(PGconn *connection) { return libpq.PQflush(connection); }
int pq_consume(PGconn *connection) { return libpq.PQconsumeInput(connection); }
int pq_is_busy(PGconn *connection) { return libpq.PQisBusy(connection); }
PGresult *pq_result(PGconn *connection) { return libpq.PQgetResult(connection); }

int pq_enter_pipeline(PGconn *connection) { return libpq.PQenterPipelineMode(connection); }
int pq_exit_pipeline(PGconn *connection) { return libpq.PQexitPipelineMode(connection); }
int pq_stream_rows(PGconn *connection) { return libpq.PQsetSingleRowMode(connection); }
int pq_put(PGconn *connection, const char *bytes, int count) { return libpq.PQputCopyData(connection, bytes, count); }
int pq_put_end(PGconn *connection) { return libpq.PQputCopyEnd(connection, NULL); }

int pq_status(const PGresult *result) { return libpq.PQresultStatus(result); }
const char *pq_error_field(const PGresult *result, int field) { return libpq.PQresultErrorField(result, field); }
void pq_clear(PGresult *result) { libpq.PQclear(result); }
int pq_rows(const PGresult *result) { return libpq.PQntuples(result); }
bool pq_is_null(const PGresult *result, int row, int column) { return libpq.PQgetisnull(result, row, column) != 0; }
const char *pq_value(const PGresult *result, int row, int column) { return libpq.PQgetvalue(result, row, column); }
int pq_length(const PGresult *result, int row, int column) { return libpq.PQgetlength(result, row, column); }
