#ifndef SPK_CONNECTOR_CASES_INTERNAL_H
#define SPK_CONNECTOR_CASES_INTERNAL_H
#include <pthread.h>

#include "connector/connector.h"
#include "http/http.h"

/* outcome.c: what came of a command, as the "expect" of a case has it. */
struct spk_outcome {
    struct spk_sink sink;
    pthread_mutex_t lock; /* workers write side by side */
    struct spk_arena arena;
    struct spk_value records, states, statuses; /* DICT by stream */
    struct spk_value errors;                    /* LIST of texts */
    struct spk_value result;                    /* of check and discover, or UNDEFINED */
};
void spk_outcome_init(struct spk_outcome *outcome);
void spk_outcome_deinit(struct spk_outcome *outcome);
/* DICT of what is there; records of a stream sorted by their text: slices are read side by side. */
struct spk_value spk_outcome_value(const struct spk_outcome *outcome);

/* run.c: the command of a case, asked of `http`. */
spk_rc spk_case_read(const char *file, struct spk_arena *arena, struct spk_value *out,
                     struct spk_error *err);
spk_rc spk_case_command(const struct spk_manifest *manifest, struct spk_value test,
                        struct spk_http *http, struct spk_outcome *outcome, struct spk_error *err);

/* recorder.c: passes all to `inner` (borrowed) and keeps what was answered. */
struct spk_http *spk_recorder_create(struct spk_http *inner);
/* LIST of exchanges in the order of their answers. */
struct spk_value spk_recorder_exchanges(struct spk_http *recorder, struct spk_arena *arena);

/* difference.c: lines "- expected" and "+ got"; empty where both are equal. */
void spk_case_difference(struct spk_buf *out, struct spk_value expected, struct spk_value got);

#endif
