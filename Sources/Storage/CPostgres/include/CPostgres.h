#pragma once
#include <stdbool.h>

// The part of libpq that the PostgreSQL store uses (https://www.postgresql.org/docs/current/libpq.html), found at run time:
// who never opens a PostgreSQL database needs no libpq, neither to build nor to run.
//
// What is declared here is libpq's stable interface, that of the library's name `libpq.so.5`; where libpq's own header is
// installed, libpq.c compares the two.

typedef struct pg_conn PGconn;
typedef struct pg_result PGresult;

/// One parameter of a connection, as libpq's PQconninfoOption.
struct pq_option {
    char *_Nullable keyword;
    char *_Nullable variable;
    char *_Nullable compiled;
    char *_Nullable value;
    char *_Nullable label;
    char *_Nullable display;
    int size;
};

enum {
    PQ_STATE_CONNECTED = 0,

    PQ_STATE_DONE = 1,
    PQ_STATE_ROWS = 2,
    PQ_STATE_COPY = 4,
    PQ_STATE_ROW = 9,
    PQ_STATE_SYNC = 10,
    PQ_STATE_SKIPPED = 11,

    PQ_FIELD_SQLSTATE = 'C',
    PQ_FIELD_MESSAGE = 'M',
    PQ_FIELD_CONSTRAINT = 'n',
};

/// Finds libpq, once for the process.
///
/// Returns NULL when it is there, else why it is not. Nothing else of this header may be called then.
const char *_Nullable pq_load(void);

/// Parses a URL or `keyword=value` pairs; the result ends with a NULL keyword. NULL when they can't be read.
struct pq_option *_Nullable pq_parse(const char *_Nonnull text, char *_Nullable *_Nonnull message);
void pq_free_options(struct pq_option *_Nonnull options);
void pq_free(void *_Nullable memory);

/// Connects, waits until that is done, and switches the connection to non-blocking pipeline mode. The server's notices are dropped.
PGconn *_Nullable pq_connect(const char *_Nullable const *_Nonnull keywords, const char *_Nullable const *_Nonnull values);
void pq_finish(PGconn *_Nonnull connection);
bool pq_is_connected(PGconn *_Nonnull connection);
const char *_Nonnull pq_message(PGconn *_Nonnull connection);
/// Like 150018 for 15.18.
int pq_server_version(PGconn *_Nonnull connection);
int pq_socket(PGconn *_Nonnull connection);

int pq_send_prepare(PGconn *_Nonnull connection, const char *_Nonnull name, const char *_Nonnull sql, int count,
                    const unsigned int *_Nullable types);
/// All parameters and results are binary.
int pq_send_prepared(PGconn *_Nonnull connection, const char *_Nonnull name, int count,
                     const char *_Nullable const *_Nullable values, const int *_Nullable lengths,
                     const int *_Nullable formats);
int pq_send_query(PGconn *_Nonnull connection, const char *_Nonnull sql, int count, const unsigned int *_Nullable types,
                  const char *_Nullable const *_Nullable values, const int *_Nullable lengths,
                  const int *_Nullable formats);
int pq_sync(PGconn *_Nonnull connection);
int pq_flush(PGconn *_Nonnull connection);
int pq_consume(PGconn *_Nonnull connection);
int pq_is_busy(PGconn *_Nonnull connection);
PGresult *_Nullable pq_result(PGconn *_Nonnull connection);

/// What follows works outside of pipeline mode alone. Both fail while there are results to be taken.
int pq_enter_pipeline(PGconn *_Nonnull connection);
int pq_exit_pipeline(PGconn *_Nonnull connection);
/// Makes the rows of the statement that was just sent one result each.
int pq_stream_rows(PGconn *_Nonnull connection);
/// Bytes of a COPY; 0 when they can't be taken now, and have to be offered again.
int pq_put(PGconn *_Nonnull connection, const char *_Nonnull bytes, int count);
int pq_put_end(PGconn *_Nonnull connection);

int pq_status(const PGresult *_Nonnull result);
const char *_Nullable pq_error_field(const PGresult *_Nonnull result, int field);
void pq_clear(PGresult *_Nonnull result);
int pq_rows(const PGresult *_Nonnull result);
bool pq_is_null(const PGresult *_Nonnull result, int row, int column);
const char *_Nonnull pq_value(const PGresult *_Nonnull result, int row, int column);
int pq_length(const PGresult *_Nonnull result, int row, int column);
