#include "async.h"

#include <stdlib.h>

#include "base/event.h"
#include "source/request/options.h"
#include "template/template.h"

void spk_job_destroy(struct spk_job *job)
{
    if (!job)
        return;
    if (job->has_slot)
        spk_job_budget_give_back(job->retriever->budget);
    spk_exchange_destroy(job->creation);
    spk_exchange_destroy(job->polled);
    spk_arena_deinit(&job->arena);
    free(job);
}

static struct spk_scope scope_of(struct spk_job *job, enum spk_job_act act,
                                 const struct spk_slice *slice)
{
    struct spk_async_retriever *retriever = job->retriever;
    return (struct spk_scope){.source = retriever->base.source,
                              .stream = &retriever->requests[act],
                              .slice = slice,
                              .decoder = retriever->decoder,
                              .evidence = &job->evidence,
                              .arena = &job->arena};
}

/* Asks once; the answer lives as long as the exchange. */
static spk_rc ask(struct spk_job *job, enum spk_job_act act, const struct spk_slice *slice,
                  struct spk_exchange **out, struct spk_error *err)
{
    static const char *const names[] = {"creation", "polling", "download target", "abort",
                                        "delete"};
    struct spk_scope scope = scope_of(job, act, slice);
    struct spk_request_options none;
    struct spk_arena arena = {0};
    struct spk_response *response = NULL;
    struct spk_exchange *exchange = NULL;
    bool reset = false;
    spk_request_options_init(&none, &arena);
    spk_rc rc = spk_exchange_start(job->retriever->requesters[act], &scope, &none, &exchange, err);
    spk_arena_deinit(&arena);
    if (!rc)
        rc = spk_exchange_wait(exchange, &response, &reset, err);
    if (!rc && reset)
        rc = spk_error_set(err, SPK_ESYSTEM, "an error_handler resets pages, where there are none");
    if (rc) {
        spk_exchange_destroy(exchange);
        return spk_error_context(err, rc, "%s request of a job", names[act]);
    }
    *out = exchange;
    return SPK_OK;
}

/* An answer as templates see it: its JSON object, with its headers and its request. */
static struct spk_value answer_value(struct spk_arena *arena, struct spk_exchange *exchange)
{
    struct spk_response *response = spk_exchange_answer(exchange);
    struct spk_value body = spk_response_json_tree(response);
    struct spk_value value = spk_dict_new(arena);
    for (size_t i = 0; spk_is(body, SPK_DICT) && i < spk_dict_len(body); i++)
        spk_dict_set_value(value, body.dict->entries[i].key, body.dict->entries[i].value);
    if (!spk_is_defined(spk_get(value, "headers")))
        spk_set(value, "headers", response->headers);
    if (!spk_is_defined(spk_get(value, "request")))
        spk_set(value, "request", spk_exchange_request(exchange, arena));
    return value;
}

static struct spk_value with_field(struct spk_arena *arena, struct spk_value fields,
                                   const char *name, struct spk_value value)
{
    struct spk_value copy = spk_dict_new(arena);
    for (size_t i = 0; spk_is(fields, SPK_DICT) && i < spk_dict_len(fields); i++)
        spk_dict_set_value(copy, fields.dict->entries[i].key, fields.dict->entries[i].value);
    spk_set(copy, name, value);
    return copy;
}

spk_rc spk_job_create(struct spk_job *job, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    job->attempts++;
    job->failed_polls = 0;
    spk_exchange_destroy(job->creation);
    job->creation = NULL;
    spk_rc rc = ask(job, SPK_JOB_CREATE, &job->slice, &exchange, err);
    if (rc)
        return rc;
    struct spk_response *response = spk_exchange_answer(exchange);
    if (!response || response->status >= 400) {
        spk_exchange_destroy(exchange);
        return spk_error_set(err, SPK_ESYSTEM,
                             "the answer to the creation of a job was ignored: there is no job");
    }
    job->creation = exchange;
    job->status = SPK_JOB_RUNNING;
    job->created = (struct spk_slice){
        .partition = job->slice.partition,
        .cursor = job->slice.cursor,
        .extra_fields = with_field(&job->arena, job->slice.extra_fields, "creation_response",
                                   answer_value(&job->arena, exchange))};
    spk_slice_finish(&job->created, &job->arena);
    return SPK_OK;
}

struct word {
    struct spk_buf text;
    bool found;
};

static spk_rc take_word(void *context, struct spk_record *record, struct spk_error *err)
{
    struct word *word = context;
    if (!word->found)
        spk_value_str(&word->text, spk_record_tree(record));
    word->found = true;
    return SPK_OK;
}

static spk_rc status_of(struct spk_job *job, struct spk_response *response,
                        enum spk_job_status *out, struct spk_error *err)
{
    struct spk_component *extractor = job->retriever->status_extractor;
    struct spk_scope scope = scope_of(job, SPK_JOB_POLL, &job->created);
    struct word word = {0};
    scope.response = response;
    scope.arena = response->arena;
    spk_rc rc = SPK_OPS(extractor, extractor)->extract(extractor, &scope, take_word, &word, err);
    if (!rc && !word.found)
        spk_buf_append_str(&word.text, "None");
    if (!rc)
        rc = spk_job_status_of(job->retriever->status_map, spk_buf_view(&word.text), out, err);
    spk_buf_deinit(&word.text);
    return rc;
}

spk_rc spk_job_poll(struct spk_job *job, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    enum spk_job_status status = SPK_JOB_RUNNING;
    spk_rc rc = ask(job, SPK_JOB_POLL, &job->created, &exchange, err);
    if (rc)
        return rc;
    struct spk_response *response = spk_exchange_answer(exchange);
    if (response)
        rc = status_of(job, response, &status, err);
    else
        rc = spk_error_set(err, SPK_ESYSTEM, "no answer to the polling request of a job");
    if (rc || status != SPK_JOB_COMPLETED) {
        spk_exchange_destroy(exchange);
    } else {
        job->polled = exchange;
        job->extra_fields = with_field(&job->arena, job->created.extra_fields, "polling_response",
                                       answer_value(&job->arena, exchange));
    }
    if (!rc)
        job->status = status;
    return rc;
}

void spk_job_abort(struct spk_job *job)
{
    struct spk_exchange *exchange = NULL;
    struct spk_error ignored = {0};
    if (!job->retriever->requesters[SPK_JOB_ABORT] || !job->creation)
        return;
    if (ask(job, SPK_JOB_ABORT, &job->created, &exchange, &ignored))
        spk_event_emit(SPK_EVENT_JOB_NOT_ABORTED,
                       SPK_FIELDS(SPK_TEXT("why", spk_view_of(ignored.text))));
    spk_exchange_destroy(exchange);
}

spk_rc spk_job_delete(struct spk_job *job, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    if (!job->retriever->requesters[SPK_JOB_DELETE])
        return SPK_OK;
    spk_rc rc = ask(job, SPK_JOB_DELETE, &job->created, &exchange, err);
    spk_exchange_destroy(exchange);
    return rc;
}

struct targets {
    struct spk_value list;
    struct spk_arena *arena;
};

static spk_rc take_target(void *context, struct spk_record *record, struct spk_error *err)
{
    struct targets *targets = context;
    spk_list_append(targets->list, spk_value_copy(targets->arena, spk_record_tree(record)));
    return SPK_OK;
}

static spk_rc extract_targets(struct spk_job *job, struct spk_response *response,
                              struct spk_value list, struct spk_error *err)
{
    struct spk_component *extractor = job->retriever->target_extractor;
    struct spk_scope scope = scope_of(job, SPK_JOB_FIND_TARGETS, &job->created);
    struct targets targets = {list, &job->arena};
    scope.response = response;
    return SPK_OPS(extractor, extractor)->extract(extractor, &scope, take_target, &targets, err);
}

/* The answer of a request of its own says where the results are. */
static spk_rc ask_targets(struct spk_job *job, struct spk_value list, struct spk_error *err)
{
    struct spk_exchange *exchange = NULL;
    struct spk_slice slice = {.extra_fields = spk_dict_new(&job->arena)};
    spk_set(slice.extra_fields, "polling_response", spk_get(job->extra_fields, "polling_response"));
    spk_slice_finish(&slice, &job->arena);
    spk_rc rc = ask(job, SPK_JOB_FIND_TARGETS, &slice, &exchange, err);
    if (rc)
        return rc;
    struct spk_response *response = spk_exchange_answer(exchange);
    if (response && response->status < 400)
        rc = extract_targets(job, response, list, err);
    else
        rc = spk_error_set(err, SPK_ESYSTEM, "no answer to the download target request of a job");
    spk_exchange_destroy(exchange);
    return rc;
}

spk_rc spk_job_targets(struct spk_job *job, struct spk_value *targets, struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    *targets = spk_list_new(&job->arena);
    if (!job->retriever->target_extractor)
        spk_list_append(*targets, spk_str(""));
    else if (job->retriever->requesters[SPK_JOB_FIND_TARGETS])
        rc = ask_targets(job, *targets, err);
    else
        rc = extract_targets(job, spk_exchange_answer(job->polled), *targets, err);
    return rc;
}
