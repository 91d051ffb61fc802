#include "flow_internal.h"
#include "source/source.h"

/* Planning a run: which accounts, which streams, which days. */

static spk_rc refuse_open_run(const struct spk_flow_parts *parts, struct spk_view platform,
                              struct spk_arena *arena, struct spk_error *err)
{
    struct spk_run open;
    spk_rc rc = spk_storage_run_open(parts->storage, platform, arena, &open, err);
    if (rc || !open.id[0])
        return rc;
    spk_error_set(err, SPK_ECONFIG, "run %s of %.*s is not finished", open.id, SPK_FMT(platform));
    spk_error_hint(err, "finish it first: spike run %.*s --resume", SPK_FMT(platform));
    return SPK_ECONFIG;
}

static bool is_wanted(const struct spk_flow_request *request, struct spk_view account)
{
    for (size_t i = 0; i < request->account_count; i++) {
        if (spk_view_equal(request->accounts[i], account))
            return true;
    }
    return request->account_count == 0;
}

static spk_rc check_accounts(const struct spk_flow_request *request,
                             const struct spk_platform *platform, struct spk_error *err)
{
    for (size_t i = 0; i < request->account_count; i++) {
        if (spk_platform_account(platform, request->accounts[i]))
            continue;
        spk_error_set(err, SPK_ECONFIG, "%.*s has no account '%.*s'", SPK_FMT(platform->name),
                      SPK_FMT(request->accounts[i]));
        spk_error_hint(err, "accounts are listed in %s", platform->file);
        return SPK_ECONFIG;
    }
    return SPK_OK;
}

/* The streams to read: those of the platform's file, or all that the manifest has. */
static spk_rc stream_names(const struct spk_platform *platform, struct spk_arena *arena,
                           struct spk_value *names, struct spk_error *err)
{
    *names = spk_list_new(arena);
    for (size_t i = 0; i < platform->stream_count; i++)
        spk_list_append(*names, spk_string(platform->streams[i].name));
    if (platform->stream_count > 0)
        return SPK_OK;
    struct spk_manifest *manifest = NULL;
    spk_rc rc = spk_manifest_read(spk_arena_strdup(arena, platform->manifest), &manifest, err);
    if (!rc)
        rc = spk_manifest_stream_names(manifest, arena, names, err);
    spk_manifest_destroy(manifest);
    return rc;
}

static void list_extracts(const struct spk_flow_request *request,
                          const struct spk_platform *platform, struct spk_value names,
                          struct spk_extract_list *extracts)
{
    for (size_t i = 0; i < platform->account_count; i++) {
        const struct spk_project_account *account = &platform->accounts[i];
        if (!is_wanted(request, account->id) || (account->paused && request->account_count == 0))
            continue;
        for (size_t j = 0; j < spk_list_len(names); j++)
            extracts->items[extracts->n++] = (struct spk_extract){
                .account = account->id, .stream = spk_value_text_or(spk_list_at(names, j), "")};
    }
}

static struct spk_view days_text(struct spk_arena *arena, const struct spk_flow_request *request)
{
    struct spk_buf text = {0};
    for (size_t i = 0; i < request->day_count; i++) {
        if (i > 0)
            spk_buf_append_char(&text, ',');
        spk_buf_append(&text, spk_day_format(arena, request->days[i]));
    }
    struct spk_view kept = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}

static void set_window(struct spk_run *run, const struct spk_flow_request *request,
                       struct spk_arena *arena)
{
    int32_t yesterday = (int32_t)(run->started_us / SPK_DAY_US) - 1;
    run->to = request->to ? request->to : yesterday;
    run->from = request->from;
    run->repair = request->day_count > 0;
    run->days = days_text(arena, request);
    for (size_t i = 0; i < request->day_count; i++) {
        int32_t day = request->days[i];
        run->from = i == 0 || day < run->from ? day : run->from;
        run->to = i == 0 || day > run->to ? day : run->to;
    }
}

spk_rc spk_flow_start(const struct spk_flow_parts *parts, const struct spk_flow_request *request,
                      struct spk_arena *arena, struct spk_run *run, struct spk_error *err)
{
    const struct spk_platform *platform = NULL;
    struct spk_value names;
    spk_rc rc = spk_project_platform(parts->project, request->platform, &platform, err);
    if (!rc)
        rc = check_accounts(request, platform, err);
    if (!rc)
        rc = refuse_open_run(parts, platform->name, arena, err);
    if (!rc)
        rc = stream_names(platform, arena, &names, err);
    if (rc)
        return rc;
    *run = (struct spk_run){.platform = platform->name, .started_us = spk_time_now_us()};
    spk_uuid7(run->started_us, run->id);
    set_window(run, request, arena);
    size_t most = platform->account_count * spk_list_len(names);
    struct spk_extract_list extracts = {
        .items = spk_arena_array(arena, most + 1, sizeof(struct spk_extract))};
    list_extracts(request, platform, names, &extracts);
    if (extracts.n == 0) {
        spk_error_set(err, SPK_ECONFIG, "%.*s has nothing to read", SPK_FMT(platform->name));
        spk_error_hint(err, "add accounts to %s, or unpause one", platform->file);
        return SPK_ECONFIG;
    }
    return spk_storage_run_create(parts->storage, run, &extracts, err);
}
