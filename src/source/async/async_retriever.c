#include "async.h"

#include <stddef.h>

#include "base/time.h"
#include "source/cursor/cursor.h"
#include "source/router/router.h"

#define FIELD(name)    offsetof(struct spk_async_retriever, name)
#define REQUESTER(act) offsetof(struct spk_async_retriever, requesters[SPK_JOB_##act])

static const struct spk_prop props[] = {
    {.name = "record_selector",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(download.selector),
     .kind = SPK_KIND_RECORD_SELECTOR,
     .help = "refines what was downloaded; its own extractor is not used"},
    {.name = "status_mapping",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(status_map),
     .kind = SPK_KIND_OTHER,
     .part = "AsyncJobStatusMap",
     .help = "what the API's words for a job's status mean"},
    {.name = "status_extractor",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(status_extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "where the status is in an answer to polling_requester"},
    {.name = "download_target_extractor",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(target_extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .help = "where the answer that said completed (or download_target_requester's) has what to "
             "download; each is one download_target"},
    {.name = "download_extractor",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(download_extractor),
     .kind = SPK_KIND_EXTRACTOR,
     .standard = "{type: DpathExtractor, field_path: []}",
     .help = "where the records are in a download"},
    {.name = "creation_requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = REQUESTER(CREATE),
     .kind = SPK_KIND_REQUESTER,
     .help = "creates a job"},
    {.name = "polling_requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = REQUESTER(POLL),
     .kind = SPK_KIND_REQUESTER,
     .help = "asks for a job's status, every 5 seconds; sees creation_response"},
    {.name = "polling_job_timeout",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(job_timeout),
     .standard = "60",
     .help = "minutes after which a job is aborted and created again"},
    {.name = "failed_retry_wait_time_in_seconds",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(failed_wait),
     .help = "seconds before a job that failed at the API is created again"},
    {.name = "download_target_requester",
     .type = SPK_PROP_COMPONENT,
     .offset = REQUESTER(FIND_TARGETS),
     .kind = SPK_KIND_REQUESTER,
     .help = "asks where the results are; sees polling_response"},
    {.name = "download_requester",
     .type = SPK_PROP_COMPONENT,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(download.requester),
     .kind = SPK_KIND_REQUESTER,
     .help = "downloads; sees creation_response, polling_response and download_target"},
    {.name = "download_paginator",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(download.paginator),
     .kind = SPK_KIND_PAGINATOR,
     .standard = "{type: NoPagination}",
     .help = "asks for further pages of a download"},
    {.name = "abort_requester",
     .type = SPK_PROP_COMPONENT,
     .offset = REQUESTER(ABORT),
     .kind = SPK_KIND_REQUESTER,
     .help = "ends a job that takes too long, or that nobody waits for any more"},
    {.name = "delete_requester",
     .type = SPK_PROP_COMPONENT,
     .offset = REQUESTER(DELETE),
     .kind = SPK_KIND_REQUESTER,
     .help = "deletes a job whose records were read"},
    {.name = "partition_router",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(partition_router),
     .help = "what to read: lists, parents; of several, their product"},
    {.name = "decoder",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(decoder),
     .kind = SPK_KIND_DECODER,
     .standard = "{type: JsonDecoder}",
     .help = "what all bodies but downloads are"},
    {.name = "download_decoder",
     .type = SPK_PROP_COMPONENT,
     .offset = FIELD(download.decoder),
     .kind = SPK_KIND_DECODER,
     .standard = "{type: JsonDecoder}",
     .help = "what the body of a download is"},
    SPK_PROP_END,
};

enum { MOST_MINUTES = 60 * 24 * 366 }; /* of timeouts, and of seconds to wait */

/* A whole number of the config; 0 where nothing is given. */
static spk_rc eval_number(struct spk_async_retriever *self, const struct spk_build *build,
                          struct spk_template_string *template, int64_t *out, struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_view text = {0};
    double number;
    *out = 0;
    if (!template)
        return SPK_OK;
    spk_rc rc = spk_scope_text(&scope, &self->base, template, &text, err);
    if (rc)
        return rc;
    if (!spk_parse_double(spk_view_trim(text), &number) || number < 0 || number > MOST_MINUTES)
        return spk_build_fail(build, self->base.node, err, "'%.*s' is no number from 0 to %d",
                              SPK_FMT(text), MOST_MINUTES);
    *out = (int64_t)number;
    return SPK_OK;
}

static spk_rc eval_times(struct spk_async_retriever *self, const struct spk_build *build,
                         struct spk_error *err)
{
    struct spk_build inner = *build;
    struct spk_path timeout = {.parent = build->path, .key = SPK_VIEW("polling_job_timeout")};
    struct spk_path wait = {.parent = build->path,
                            .key = SPK_VIEW("failed_retry_wait_time_in_seconds")};
    int64_t minutes, seconds;
    inner.path = &timeout;
    spk_rc rc = eval_number(self, &inner, self->job_timeout, &minutes, err);
    inner.path = &wait;
    if (!rc)
        rc = eval_number(self, &inner, self->failed_wait, &seconds, err);
    if (rc)
        return rc;
    self->timeout_us = (minutes > 0 ? minutes : 60) * 60 * SPK_SECOND_US;
    self->failed_wait_us = seconds * SPK_SECOND_US;
    return SPK_OK;
}

/* Rate limits are told under the names that the CDK gives to the requesters. */
static void name_requests(struct spk_async_retriever *self, const struct spk_build *build)
{
    static const char *const acts[] = {"creation", "polling", "extract_url", "abort", "delete"};
    struct spk_view stream = spk_value_text_or(spk_get(build->stream, "name"), "");
    for (size_t i = 0; i < SPK_JOB_ACT_COUNT; i++)
        self->requests[i].name =
            spk_arena_printf(build->arena, "job %s - %.*s", acts[i], SPK_FMT(stream));
    self->download.stream.name =
        spk_arena_printf(build->arena, "job download - %.*s", SPK_FMT(stream));
}

static spk_rc check_requesters(const struct spk_build *build, struct spk_value node,
                               struct spk_error *err)
{
    static const char *const fields[] = {"creation_requester",        "polling_requester",
                                         "download_target_requester", "download_requester",
                                         "abort_requester",           "delete_requester"};
    spk_rc rc = SPK_OK;
    for (size_t i = 0; !rc && i < sizeof(fields) / sizeof(*fields); i++)
        rc = spk_pages_check_single(build, node, fields[i], err);
    return rc;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct spk_async_retriever *self = (struct spk_async_retriever *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("partition_router")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    if (self->requesters[SPK_JOB_FIND_TARGETS] && !self->target_extractor)
        return spk_build_fail(build, base->node, err,
                              "download_target_requester needs a download_target_extractor");
    name_requests(self, build);
    self->download.source = build->source;
    SPK_OPS(self->download.selector, record_selector)
        ->extract_with(self->download.selector, self->download_extractor);
    spk_rc rc = check_requesters(build, base->node, err);
    if (!rc)
        rc = spk_router_build(&inner, self->partition_router, &self->router, err);
    if (!rc)
        rc = eval_times(self, build, err);
    if (!rc)
        rc = spk_pages_finish(&self->download, build, err);
    return rc ? rc : spk_job_budget_of(build->source, &self->budget, err);
}

static spk_rc start(struct spk_component *base, struct spk_component *cursor,
                    struct spk_value state, struct spk_cursor **out, struct spk_error *err)
{
    struct spk_async_retriever *self = (struct spk_async_retriever *)base;
    struct spk_cursor *inner = NULL;
    spk_rc rc = cursor
                    ? SPK_OPS(cursor, cursor_type)->start(cursor, self->router, state, &inner, err)
                    : spk_full_refresh_start(self->router, state, &inner, err);
    if (!rc)
        *out = spk_running_cursor_create(self, inner);
    return rc;
}

static spk_rc read_slice(struct spk_component *base, struct spk_slice_read *read,
                         struct spk_error *err)
{
    return spk_job_read((struct spk_async_retriever *)base, read, err);
}

static const struct spk_retriever_ops ops = {.read = read_slice, .start = start};

const struct spk_component_type spk_type_async_retriever = {
    .name = "AsyncRetriever",
    .kind = SPK_KIND_RETRIEVER,
    .size = sizeof(struct spk_async_retriever),
    .props = props,
    .ops = &ops,
    .finish = finish,
    .help = "reads the results of jobs at the API",
};
