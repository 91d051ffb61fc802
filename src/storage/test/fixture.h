#ifndef SPK_STORAGE_TEST_FIXTURE_H
#define SPK_STORAGE_TEST_FIXTURE_H
/* A run "r1" of platform "cx" with accounts a and b, and what tests look at. */
#include "base/buf.h"
#include "sql/sql.h"
#include "storage/storage.h"

extern const struct spk_run fixture_run;              /* r1, with a cursor */
extern const struct spk_extract_list fixture_planned; /* a/s, b/s, pending */
extern const struct spk_extract fixture_a, fixture_b; /* done, with states */
extern const struct spk_batch_list fixture_a_batches; /* a/s, days 10 and 11 */
extern const struct spk_batch_list fixture_b_batches; /* b/s, day 10, proven empty */
extern const struct spk_file_list fixture_a_files;    /* of a/s day 10 and 11 */

/* The batches with another status, for gate_save. */
struct spk_batch_list fixture_marked(struct spk_arena *arena, const struct spk_batch_list *batches,
                                     enum spk_batch_status status);
/* One HOLD of a/s day 11 and one PASS of b/s day 10. */
extern const struct spk_verdict_list fixture_verdicts;

/* Every table as text, without the times that the library takes from the clock. */
void fixture_dump(struct spk_sql *sql, struct spk_buf *out);

/* A database file that is gone after the test. */
struct fixture_file {
    char folder[64];
    char url[96];
};
void fixture_file_make(struct fixture_file *file);
void fixture_file_remove(const struct fixture_file *file);

#endif
