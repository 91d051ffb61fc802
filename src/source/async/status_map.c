#include "async.h"

#include <stddef.h>

/* AsyncJobStatusMap: what the API's words for a job's status mean. */
struct status_map {
    struct spk_component base;
    struct spk_value words[SPK_JOB_STATUS_COUNT]; /* lists of texts */
};

#define FIELD(status) offsetof(struct status_map, words[SPK_JOB_##status])

static const struct spk_prop props[] = {
    {.name = "running",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(RUNNING),
     .help = "words for a job that waits or is at work"},
    {.name = "completed",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(COMPLETED),
     .help = "words for a job whose result can be downloaded"},
    {.name = "failed",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(FAILED),
     .help = "words for a job that failed; it is created again, three times in all"},
    {.name = "timeout",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(TIMED_OUT),
     .help = "words for a job that took too long; it is aborted and created again"},
    {.name = "skipped",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(SKIPPED),
     .help = "words for a job that has nothing to give: it is not downloaded"},
    SPK_PROP_END,
};

static bool find(const struct status_map *self, struct spk_view word, enum spk_job_status *out)
{
    for (int status = 0; status < SPK_JOB_STATUS_COUNT; status++) {
        struct spk_value words = self->words[status];
        for (size_t i = 0; spk_is(words, SPK_LIST) && i < spk_list_len(words); i++) {
            if (spk_view_equal(spk_value_text_or(spk_list_at(words, i), ""), word)) {
                *out = (enum spk_job_status)status;
                return true;
            }
        }
    }
    return false;
}

/* A word must have one meaning; `status` is the one it is found under first. */
static spk_rc check_words(struct status_map *self, const struct spk_build *build, int status,
                          struct spk_error *err)
{
    struct spk_value words = self->words[status];
    if (!spk_is_nothing(words) && !spk_is(words, SPK_LIST))
        return spk_build_fail(build, words, err, "a list of the API's words is expected");
    for (size_t i = 0; spk_is(words, SPK_LIST) && i < spk_list_len(words); i++) {
        struct spk_value word = spk_list_at(words, i);
        enum spk_job_status first;
        if (!spk_is(word, SPK_STRING))
            return spk_build_fail(build, words, err, "a status is a text");
        if (find(self, word.text, &first) && (int)first != status)
            return spk_build_fail(build, words, err, "the status %.*s has two meanings",
                                  SPK_FMT(word.text));
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    for (int status = 0; !rc && status < SPK_JOB_STATUS_COUNT; status++)
        rc = check_words((struct status_map *)base, build, status, err);
    return rc;
}

spk_rc spk_job_status_of(struct spk_component *map, struct spk_view word, enum spk_job_status *out,
                         struct spk_error *err)
{
    if (find((struct status_map *)map, word, out))
        return SPK_OK;
    spk_error_set(err, SPK_EDATA, "the API's status '%.*s' is not in status_mapping",
                  SPK_FMT(word));
    spk_error_hint(err, "add it under running, completed, failed, timeout or skipped");
    return SPK_EDATA;
}

const struct spk_component_type spk_type_async_job_status_map = {
    .name = "AsyncJobStatusMap",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct status_map),
    .props = props,
    .finish = finish,
    .help = "what the API's words for a job's status mean",
};
