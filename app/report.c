#include "report.h"

#include <stdio.h>

#include "json/json.h"

struct facts { /* all that is known of a run */
    struct spk_extract_list extracts;
    struct spk_batch_list batches;
    struct spk_verdict_list verdicts;
};

static spk_rc load(struct spk_parts *parts, const struct spk_run *run, struct spk_arena *arena,
                   struct facts *facts, struct spk_error *err)
{
    struct spk_view id = spk_view_of(run->id);
    struct spk_batch_query all = {.run = id, .status = -1};
    spk_rc rc = spk_storage_extracts(parts->storage, id, arena, &facts->extracts, err);
    if (!rc)
        rc = spk_storage_batches(parts->storage, &all, arena, &facts->batches, err);
    if (!rc)
        rc = spk_storage_verdicts(parts->storage, id, arena, &facts->verdicts, err);
    return rc;
}

static bool same_batch(const struct spk_verdict *verdict, const struct spk_batch *batch)
{
    return verdict->day == batch->day && spk_view_equal(verdict->account, batch->account) &&
           spk_view_equal(verdict->stream, batch->stream);
}

static void print_held(const struct facts *facts, struct spk_arena *arena)
{
    for (size_t i = 0; i < facts->batches.n; i++) {
        const struct spk_batch *batch = &facts->batches.items[i];
        bool told = false;
        if (batch->status != SPK_BATCH_HELD)
            continue;
        printf("  held       %.*s %.*s %.*s, %lld rows\n", SPK_FMT(batch->account),
               SPK_FMT(batch->stream), SPK_FMT(spk_day_format(arena, batch->day)),
               (long long)batch->rows);
        for (size_t j = 0; j < facts->verdicts.n; j++) {
            const struct spk_verdict *verdict = &facts->verdicts.items[j];
            if (verdict->outcome != SPK_HOLD || !same_batch(verdict, batch))
                continue;
            printf("             %.*s: %.*s (expected %.*s, got %.*s)\n", SPK_FMT(verdict->check),
                   SPK_FMT(verdict->message), SPK_FMT(verdict->expected), SPK_FMT(verdict->actual));
            told = true;
        }
        if (!told)
            printf("             by the platform's rule: another batch did not pass\n");
    }
}

static void print_warnings(const struct facts *facts, struct spk_arena *arena)
{
    for (size_t i = 0; i < facts->verdicts.n; i++) {
        const struct spk_verdict *verdict = &facts->verdicts.items[i];
        if (verdict->outcome == SPK_WARN_ONLY)
            printf("  warning    %.*s %.*s %.*s: %.*s\n", SPK_FMT(verdict->account),
                   SPK_FMT(verdict->stream), SPK_FMT(spk_day_format(arena, verdict->day)),
                   SPK_FMT(verdict->message));
    }
}

/* The streams of one account mostly fail alike: the same text is told once. */
static void print_failed(const struct facts *facts)
{
    const struct spk_extract *last = NULL;
    for (size_t i = 0; i < facts->extracts.n; i++) {
        const struct spk_extract *extract = &facts->extracts.items[i];
        if (extract->status != SPK_EXTRACT_FAILED)
            continue;
        bool again = last && spk_view_equal(last->account, extract->account) &&
                     spk_view_equal(last->error, extract->error);
        printf("  failed     %.*s %.*s%s\n", SPK_FMT(extract->account), SPK_FMT(extract->stream),
               again ? " (the same)" : "");
        if (!again)
            printf("             %.*s\n", SPK_FMT(extract->error));
        last = extract;
    }
}

static void print_text(const struct spk_run *run, const struct facts *facts)
{
    struct spk_arena arena = {0};
    size_t published = 0;
    int64_t rows = 0;
    for (size_t i = 0; i < facts->batches.n; i++) {
        if (facts->batches.items[i].status != SPK_BATCH_PUBLISHED)
            continue;
        published++;
        rows += facts->batches.items[i].rows;
    }
    printf("%.*s  run %s  %s\n", SPK_FMT(run->platform), run->id, spk_run_status_name(run->status));
    printf("  published  %zu batches, %lld rows\n", published, (long long)rows);
    print_warnings(facts, &arena);
    print_held(facts, &arena);
    print_failed(facts);
    spk_arena_deinit(&arena);
}

static struct spk_value batch_value(struct spk_arena *arena, const struct spk_batch *batch)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "account", spk_string(batch->account));
    spk_set(value, "stream", spk_string(batch->stream));
    spk_set(value, "day", spk_string(spk_day_format(arena, batch->day)));
    spk_set(value, "status", spk_str(spk_batch_status_name(batch->status)));
    spk_set(value, "rows", spk_int(batch->rows));
    spk_set(value, "bytes", spk_int(batch->bytes));
    spk_set(value, "empty_proven", spk_bool(batch->empty_proven));
    return value;
}

static struct spk_value verdict_value(struct spk_arena *arena, const struct spk_verdict *verdict)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "account", spk_string(verdict->account));
    spk_set(value, "stream", spk_string(verdict->stream));
    spk_set(value, "day", spk_string(spk_day_format(arena, verdict->day)));
    spk_set(value, "check", spk_string(verdict->check));
    spk_set(value, "outcome", spk_str(spk_outcome_name(verdict->outcome)));
    spk_set(value, "expected", spk_string(verdict->expected));
    spk_set(value, "actual", spk_string(verdict->actual));
    spk_set(value, "message", spk_string(verdict->message));
    return value;
}

static struct spk_value extract_value(struct spk_arena *arena, const struct spk_extract *extract)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "account", spk_string(extract->account));
    spk_set(value, "stream", spk_string(extract->stream));
    spk_set(value, "status", spk_str(spk_extract_status_name(extract->status)));
    spk_set(value, "rows", spk_int(extract->rows));
    spk_set(value, "requests", spk_int(extract->requests));
    if (extract->error.len > 0) {
        spk_set(value, "error", spk_string(extract->error));
        spk_set(value, "failure_type", spk_str(spk_rc_failure_type((spk_rc)extract->failure)));
    }
    return value;
}

static struct spk_value run_value(struct spk_arena *arena, const struct spk_run *run)
{
    struct spk_value value = spk_dict_new(arena);
    spk_set(value, "run", spk_str(run->id));
    spk_set(value, "platform", spk_string(run->platform));
    spk_set(value, "status", spk_str(spk_run_status_name(run->status)));
    if (run->step < SPK_STEP_COUNT)
        spk_set(value, "next_step", spk_str(spk_step_name(run->step)));
    if (run->from)
        spk_set(value, "from", spk_string(spk_day_format(arena, run->from)));
    if (run->to)
        spk_set(value, "to", spk_string(spk_day_format(arena, run->to)));
    spk_set(value, "repair", spk_bool(run->repair));
    spk_set(value, "started_at", spk_string(spk_iso_format_us(arena, run->started_us)));
    return value;
}

static void print_value(struct spk_value value)
{
    struct spk_buf text = {0};
    spk_json_write(&text, value, 0);
    puts(spk_buf_cstr(&text));
    spk_buf_deinit(&text);
}

static void print_json(const struct spk_run *run, const struct facts *facts)
{
    struct spk_arena arena = {0};
    struct spk_value out = run_value(&arena, run), extracts = spk_list_new(&arena);
    struct spk_value batches = spk_list_new(&arena), verdicts = spk_list_new(&arena);
    for (size_t i = 0; i < facts->extracts.n; i++)
        spk_list_append(extracts, extract_value(&arena, &facts->extracts.items[i]));
    for (size_t i = 0; i < facts->batches.n; i++)
        spk_list_append(batches, batch_value(&arena, &facts->batches.items[i]));
    for (size_t i = 0; i < facts->verdicts.n; i++)
        spk_list_append(verdicts, verdict_value(&arena, &facts->verdicts.items[i]));
    spk_set(out, "extracts", extracts);
    spk_set(out, "batches", batches);
    spk_set(out, "verdicts", verdicts);
    print_value(out);
    spk_arena_deinit(&arena);
}

spk_rc spk_report_run(struct spk_parts *parts, const struct spk_run *run, bool json,
                      struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct facts facts = {0};
    spk_rc rc = load(parts, run, &arena, &facts, err);
    if (!rc && json)
        print_json(run, &facts);
    else if (!rc)
        print_text(run, &facts);
    spk_arena_deinit(&arena);
    return rc;
}

spk_rc spk_report_runs(struct spk_parts *parts, struct spk_view platform, int64_t most, bool json,
                       struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_run_query query = {.platform = platform, .most = (size_t)most};
    struct spk_run_list runs = {0};
    spk_rc rc = spk_storage_runs(parts->storage, &query, &arena, &runs, err);
    struct spk_value list = spk_list_new(&arena);
    for (size_t i = 0; !rc && i < runs.n; i++) {
        const struct spk_run *run = &runs.items[i];
        if (json)
            spk_list_append(list, run_value(&arena, run));
        else
            printf("%s  %-10.*s %-8s %.*s %s%s\n", run->id, SPK_FMT(run->platform),
                   spk_run_status_name(run->status),
                   SPK_FMT(spk_iso_format_us(&arena, run->started_us)),
                   run->repair ? "repair " : "",
                   run->step < SPK_STEP_COUNT ? spk_step_name(run->step) : "");
    }
    if (!rc && json)
        print_value(list);
    else if (!rc && runs.n == 0)
        puts("no runs yet; start one: spike run PLATFORM");
    spk_arena_deinit(&arena);
    return rc;
}
