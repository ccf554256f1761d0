// Has a server that asserts synchronous = FULL go on with NORMAL, once it has asserted it: LD_PRELOAD this. Commits are then
// not synced, the log before each checkpoint is (https://sqlite.org/pragma.html#pragma_synchronous).
//
//   cc -shared -fPIC -O2 -o normal.so normal.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sqlite3.h>
#include <string.h>

// The statement that begins transactions is the first that is prepared behind the assertion.
int sqlite3_prepare_v3(sqlite3 *database, const char *sql, int length, unsigned flags, sqlite3_stmt **statement,
                       const char **rest) {
    if (strncmp(sql, "BEGIN", 5) == 0) {
        int (*execute)(sqlite3 *, const char *, void *, void *, char **) = dlsym(RTLD_NEXT, "sqlite3_exec");
        execute(database, "PRAGMA synchronous = NORMAL", 0, 0, 0);
    }
    return ((__typeof__(&sqlite3_prepare_v3))dlsym(RTLD_NEXT, "sqlite3_prepare_v3"))(
        database, sql, length, flags, statement, rest);
}
