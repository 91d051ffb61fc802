#ifndef SPK_FLOW_TEST_SCENE_H
#define SPK_FLOW_TEST_SCENE_H
/* A small company for the tests of the flow: accounts anna and bert, streams clicks and sales, read
 * day by day over an HTTP client in memory. One platform per rule: "all", "each", "quorum". */
#include "flow/flow.h"
#include "http/http.h"
#include "objstore/objstore.h"
#include "sql/sql.h"
#include "warehouse/warehouse.h"

enum {
    SCENE_FIRST_DAY = 20455, /* 2026-01-02 */
    SCENE_DAYS = 8,
    SCENE_ANSWERS = 2 * 2 * SCENE_DAYS,
    SCENE_KEYS = 500, /* objects that a listing of a test may have */
};

enum where { NOWHERE, TRANSIENT, RAW, SQL_CALL, SQL_COMMIT, HTTP, WAREHOUSE };

struct fault { /* the Nth call of one part fails; late: it took effect, the answer was lost */
    enum where where;
    int nth;
    bool late;
    enum spk_http_fault http;
};

struct scene {
    char folder[64];
    struct spk_arena arena;
    struct spk_project *project;
    struct spk_http_exchange answers[SCENE_ANSWERS];
    struct spk_http *http;
    struct spk_sql *sql;
    struct spk_objstore *transient, *raw;
    struct spk_warehouse *warehouse;
    bool counts; /* the warehouse only counts; false: DuckDB */
    /* between scene_open and scene_close: */
    struct spk_storage *storage;
    struct spk_objstore *open_transient, *open_raw;
    struct spk_http *open_http;
    struct spk_warehouse *open_warehouse;
    struct spk_sql *open_sql;
    struct spk_flow_parts parts;
    struct spk_run run;
    bool held;
};

enum scene_warehouse { DUCKDB, COUNTING };

void scene_make(struct scene *s, enum scene_warehouse warehouse);
void scene_remove(struct scene *s);
/* An empty storage, empty stores and an empty warehouse again. */
void scene_reset(struct scene *s);

/* Another answer of one report; body NULL: status 500. */
void scene_answer(struct scene *s, const char *account, const char *stream, const char *day,
                  const char *body);

/* Parts with a fault in one of them (NULL: none). Opening the storage may fail. */
spk_rc scene_open(struct scene *s, const struct fault *fault, struct spk_error *err);
/* True where the fault came to pass since scene_open. */
bool scene_close(struct scene *s, const struct fault *fault);

struct spk_flow_request scene_request(const char *platform, const char *to);
/* Start and finish; the run stays in s->run. Fails the test where the flow fails. */
void scene_run(struct scene *s, const struct spk_flow_request *request);

/* Objects of a store, at most SCENE_KEYS, in s->arena. */
struct spk_objstore_page scene_objects(struct scene *s, struct spk_objstore *store);
size_t scene_batches(struct scene *s, enum spk_batch_status status, struct spk_batch_list *batches);
/* "clicks 2026-01-05", the cursor's day, or "none". */
const char *scene_cursor(struct scene *s, const char *account, const char *stream);
/* What people and the warehouse see of a platform, without ids and times. */
void scene_dump(struct scene *s, const char *platform, struct spk_buf *out);
/* What is visible is whole, and what storage calls published is there. */
void scene_check(struct scene *s, const char *platform);

#endif
