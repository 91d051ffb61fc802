#include <pthread.h>
#include <stdlib.h>

#include "base/memory.h"
#include "flow_internal.h"
#include "json/json.h"

/* Extract: every account that is not done yet is read, several at a time. Storage belongs to one
 * thread at a time: what touches it is under the lock. */

struct extraction {
    const struct spk_flow_parts *parts;
    const struct spk_run *run;
    const struct spk_platform *platform;
    const struct spk_flow_progress *progress;
    struct spk_extract *extracts; /* grouped by account */
    size_t count, next;
    size_t accounts, done;
    pthread_mutex_t lock;
    struct spk_error failure; /* the first that stops the run */
};

static size_t group_end(const struct extraction *x, size_t from)
{
    size_t end = from;
    while (end < x->count && spk_view_equal(x->extracts[end].account, x->extracts[from].account))
        end++;
    return end;
}

static bool is_done(const struct extraction *x, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        if (x->extracts[i].status == SPK_EXTRACT_PENDING)
            return false;
    }
    return true;
}

static spk_rc add_state(struct spk_account_read *read, struct spk_view stream, struct spk_view text,
                        struct spk_error *err)
{
    struct spk_value state;
    spk_rc rc = spk_json_parse(&read->arena, text, NULL, &state, err);
    if (rc)
        return spk_error_context(err, rc, "stored state of %.*s %.*s", SPK_FMT(read->account->id),
                                 SPK_FMT(stream));
    struct spk_value descriptor = spk_dict_new(&read->arena), inner = spk_dict_new(&read->arena);
    struct spk_value message = spk_dict_new(&read->arena);
    spk_set(descriptor, "name", spk_string(stream));
    spk_set(inner, "stream_descriptor", descriptor);
    spk_set(inner, "stream_state", state);
    spk_set(message, "type", spk_str("STREAM"));
    spk_set(message, "stream", inner);
    spk_list_append(read->states, message);
    return SPK_OK;
}

/* A named window, or a list of days, is read from its own start: no state is given. */
static spk_rc load_states(struct extraction *x, struct spk_account_read *read,
                          struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    read->states = spk_list_new(&read->arena);
    for (size_t i = 0; !rc && !x->run->from && i < read->extract_count; i++) {
        struct spk_view text = {0}, stream = read->extracts[i].stream;
        struct spk_stream_key key = {x->platform->name, read->account->id, stream};
        rc = spk_storage_cursor(x->parts->storage, &key, &read->arena, &text, err);
        if (!rc && text.len > 0)
            rc = add_state(read, stream, text, err);
    }
    return rc;
}

/* A named window moves a cursor only where there was none. */
static spk_rc keep_old_cursor(struct extraction *x, struct spk_account_read *read,
                              struct spk_extract *result, struct spk_error *err)
{
    struct spk_view text = {0};
    struct spk_stream_key key = {x->platform->name, read->account->id, result->stream};
    if (!x->run->from || result->state.len == 0)
        return SPK_OK;
    spk_rc rc = spk_storage_cursor(x->parts->storage, &key, &read->arena, &text, err);
    if (!rc && text.len > 0)
        result->state = (struct spk_view){0};
    return rc;
}

static spk_rc save(struct extraction *x, struct spk_account_read *read, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < read->extract_count; i++) {
        rc = keep_old_cursor(x, read, &read->results[i], err);
        if (!rc)
            rc = spk_storage_extract_save(x->parts->storage, spk_view_of(x->run->id),
                                          &read->results[i], &read->batches[i], err);
    }
    return rc;
}

/* Called with the lock held; lets go of it while the account is read. */
static spk_rc extract_account(struct extraction *x, size_t from, size_t end, struct spk_error *err)
{
    struct spk_account_read read = {.parts = x->parts,
                                    .platform = x->platform,
                                    .run = x->run,
                                    .extracts = &x->extracts[from],
                                    .extract_count = end - from};
    read.account = spk_platform_account(x->platform, x->extracts[from].account);
    if (!read.account) {
        spk_error_set(err, SPK_ECONFIG, "account %.*s is not in %s any more",
                      SPK_FMT(x->extracts[from].account), x->platform->file);
        return SPK_ECONFIG;
    }
    spk_rc rc = load_states(x, &read, err);
    if (!rc) {
        pthread_mutex_unlock(&x->lock);
        rc = spk_account_read(&read, err);
        pthread_mutex_lock(&x->lock);
    }
    if (!rc)
        rc = save(x, &read, err);
    spk_arena_deinit(&read.arena);
    return rc;
}

static void *work(void *context)
{
    struct extraction *x = context;
    pthread_mutex_lock(&x->lock);
    while (!x->failure.rc && x->next < x->count) {
        struct spk_error err = {0};
        size_t from = x->next, end = group_end(x, from);
        x->next = end;
        spk_rc rc = is_done(x, from, end) ? SPK_OK : extract_account(x, from, end, &err);
        if (rc && !x->failure.rc)
            x->failure = err;
        spk_flow_tell(x->progress, SPK_STEP_EXTRACT, ++x->done, x->accounts,
                      x->extracts[from].account);
    }
    pthread_mutex_unlock(&x->lock);
    return NULL;
}

static void run_workers(struct extraction *x, size_t n)
{
    pthread_t *threads = spk_memory_zalloc((n + 1) * sizeof(*threads));
    size_t started = 0;
    while (started < n && pthread_create(&threads[started], NULL, work, x) == 0)
        started++;
    if (started == 0)
        work(x);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

spk_rc spk_flow_extract(const struct spk_flow_parts *parts, const struct spk_run *run,
                        const struct spk_flow_progress *progress, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct extraction x = {.parts = parts, .run = run, .progress = progress};
    struct spk_extract_list extracts = {0};
    spk_rc rc = spk_project_platform(parts->project, run->platform, &x.platform, err);
    if (!rc)
        rc = spk_storage_extracts(parts->storage, spk_view_of(run->id), &arena, &extracts, err);
    if (!rc) {
        x.extracts = extracts.items;
        x.count = extracts.n;
        pthread_mutex_init(&x.lock, NULL);
        for (size_t at = 0; at < x.count; at = group_end(&x, at))
            x.accounts++;
        size_t most = x.platform->parallel_accounts > 0 ? (size_t)x.platform->parallel_accounts : 1;
        run_workers(&x, most < x.accounts ? most : x.accounts);
        pthread_mutex_destroy(&x.lock);
        rc = x.failure.rc;
        if (rc && err)
            *err = x.failure;
    }
    spk_arena_deinit(&arena);
    return rc;
}
