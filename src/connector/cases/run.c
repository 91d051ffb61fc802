#include "cases_internal.h"

#include <stdlib.h>

#include "base/file.h"

/* One case: its command, answered by its exchanges, against what it expects. */

static const char *const commands[] = {"check", "discover", "read", NULL};

static spk_rc check_form(struct spk_value test, struct spk_error *err)
{
    struct spk_view command = spk_value_text_or(spk_get(test, "command"), "");
    bool known = false;
    for (size_t i = 0; commands[i]; i++)
        known = known || spk_view_is(command, commands[i]);
    if (!known)
        return spk_error_set(err, SPK_ECONFIG, "\"command\" must be check, discover or read");
    if (!spk_is(spk_get(test, "config"), SPK_DICT))
        return spk_error_set(err, SPK_ECONFIG, "\"config\" must be an object");
    return SPK_OK;
}

spk_rc spk_case_read(const char *file, struct spk_arena *arena, struct spk_value *out,
                     struct spk_error *err)
{
    struct spk_buf text = {0};
    spk_rc rc = spk_file_read(file, 0, &text, err);
    if (!rc)
        rc = spk_json_parse(arena, spk_buf_view(&text), NULL, out, err);
    if (!rc)
        rc = check_form(*out, err);
    spk_buf_deinit(&text);
    return rc ? spk_error_context(err, SPK_ECONFIG, "%s", file) : SPK_OK;
}

/* The catalog of the named streams ("streams"), or of all. */
static struct spk_value configured(struct spk_arena *arena, struct spk_value catalog,
                                   struct spk_value wanted)
{
    struct spk_value all = spk_get(catalog, "streams"), list = spk_list_new(arena);
    for (size_t i = 0; i < spk_list_len(all); i++) {
        struct spk_value stream = spk_list_at(all, i), entry = spk_dict_new(arena);
        bool named = !spk_is(wanted, SPK_LIST);
        for (size_t j = 0; !named && j < spk_list_len(wanted); j++)
            named = spk_value_equal(spk_list_at(wanted, j), spk_get(stream, "name"));
        spk_set(entry, "stream", stream);
        spk_set(entry, "sync_mode", spk_str("incremental"));
        spk_set(entry, "destination_sync_mode", spk_str("append"));
        if (named)
            spk_list_append(list, entry);
    }
    struct spk_value whole = spk_dict_new(arena);
    spk_set(whole, "streams", list);
    return whole;
}

static spk_rc check(struct spk_source *source, struct spk_outcome *o, struct spk_error *err)
{
    struct spk_view message = {0};
    bool ok = false;
    spk_rc rc = spk_source_check(source, &o->arena, &ok, &message, err);
    if (rc)
        return rc;
    o->result = spk_dict_new(&o->arena);
    spk_set(o->result, "status", spk_str(ok ? "SUCCEEDED" : "FAILED"));
    if (message.len > 0)
        spk_set(o->result, "message", spk_string(message));
    return SPK_OK;
}

static spk_rc discover(struct spk_source *source, struct spk_outcome *o, struct spk_value *catalog,
                       struct spk_error *err)
{
    return spk_source_discover(source, &o->arena, catalog, err);
}

/* A state is written as {stream: stream_state}. */
static struct spk_value state_messages(struct spk_arena *arena, struct spk_value state)
{
    struct spk_value list = spk_list_new(arena);
    for (size_t i = 0; spk_is(state, SPK_DICT) && i < spk_dict_len(state); i++) {
        const struct spk_entry *entry = &state.dict->entries[i];
        struct spk_value message = spk_dict_new(arena), inner = spk_dict_new(arena);
        struct spk_value descriptor = spk_dict_new(arena);
        spk_set(descriptor, "name", entry->key);
        spk_set(inner, "stream_descriptor", descriptor);
        spk_set(inner, "stream_state", entry->value);
        spk_set(message, "type", spk_str("STREAM"));
        spk_set(message, "stream", inner);
        spk_list_append(list, message);
    }
    return list;
}

spk_rc spk_case_command(const struct spk_manifest *manifest, struct spk_value test,
                        struct spk_http *http, struct spk_outcome *o, struct spk_error *err)
{
    struct spk_view command = spk_value_text_or(spk_get(test, "command"), "");
    struct spk_source_options options = {.config = spk_get(test, "config"), .http = http};
    struct spk_source *source = NULL;
    struct spk_value catalog = {0};
    spk_rc rc = spk_source_create(manifest, &options, &source, err);
    if (!rc && spk_view_is(command, "check"))
        rc = check(source, o, err);
    else if (!rc)
        rc = discover(source, o, &catalog, err);
    if (!rc && spk_view_is(command, "discover"))
        o->result = spk_value_copy(&o->arena, catalog);
    if (!rc && spk_view_is(command, "read"))
        rc = spk_source_read(source, configured(&o->arena, catalog, spk_get(test, "streams")),
                             state_messages(&o->arena, spk_get(test, "state")), &o->sink, err);
    spk_source_destroy(source);
    return rc;
}

/* An answer's headers and its body: a text, or any other JSON as it is written. */
static void read_answer(struct spk_arena *arena, struct spk_value response,
                        struct spk_http_exchange *out)
{
    struct spk_value headers = spk_get(response, "headers"), status = spk_get(response, "status");
    struct spk_value body = spk_get(response, "body");
    size_t n = spk_is(headers, SPK_DICT) ? spk_dict_len(headers) : 0;
    struct spk_http_header *list = spk_arena_array(arena, n + 1, sizeof(*list));
    for (size_t i = 0; i < n; i++) {
        const struct spk_entry *entry = &headers.dict->entries[i];
        list[i] = (struct spk_http_header){spk_value_text_or(entry->key, ""),
                                           spk_value_text_or(entry->value, "")};
    }
    out->headers = list;
    out->headers_len = n;
    out->status = spk_is(status, SPK_INT) ? (int)status.integer : 200;
    out->answer = spk_value_text_or(body, "");
    if (!spk_is(body, SPK_STRING) && spk_is_defined(body)) {
        struct spk_buf text = {0};
        spk_json_write(&text, body, 0);
        out->answer = spk_arena_dup(arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
    }
}

static struct spk_http_exchange *read_exchanges(struct spk_arena *arena, struct spk_value list,
                                                size_t *count)
{
    size_t n = spk_is(list, SPK_LIST) ? spk_list_len(list) : 0;
    struct spk_http_exchange *all = spk_arena_array(arena, n + 1, sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        struct spk_value request = spk_get(spk_list_at(list, i), "request");
        struct spk_value body = spk_get(request, "body");
        all[i].method = spk_value_text_or(spk_get(request, "method"), "");
        all[i].url = spk_value_text_or(spk_get(request, "url"), "");
        if (spk_is(body, SPK_STRING))
            all[i].body = body.text;
        read_answer(arena, spk_get(spk_list_at(list, i), "response"), &all[i]);
    }
    *count = n;
    return all;
}

/* A failure of the whole command stands among the errors, unless a stream told it already. */
static void note_failure(struct spk_outcome *o, const struct spk_error *failure)
{
    if (failure->rc && spk_list_len(o->errors) == 0)
        spk_list_append(o->errors, spk_string_dup(&o->arena, spk_view_of(failure->text)));
}

static void compare(struct spk_value test, struct spk_http *http, struct spk_outcome *o,
                    struct spk_buf *difference)
{
    spk_case_difference(difference, spk_get(test, "expect"), spk_outcome_value(o));
    size_t unused = spk_http_memory_unused(http);
    if (unused > 0)
        spk_buf_printf(difference, "%zu of the case's exchanges were never asked for\n", unused);
}

spk_rc spk_connector_case_run(const char *manifest_file, const char *file, struct spk_arena *arena,
                              struct spk_case_result *result, struct spk_error *err)
{
    struct spk_manifest *manifest = NULL;
    struct spk_value test;
    spk_rc rc = spk_case_read(file, arena, &test, err);
    if (!rc)
        rc = spk_manifest_read(manifest_file, &manifest, err);
    if (rc)
        return rc;
    size_t n;
    struct spk_http_exchange *exchanges = read_exchanges(arena, spk_get(test, "exchanges"), &n);
    struct spk_http *http = spk_http_memory_create(exchanges, n, SPK_HTTP_MATCHING);
    struct spk_outcome outcome;
    struct spk_error failure = {0};
    struct spk_buf difference = {0};
    spk_outcome_init(&outcome);
    spk_case_command(manifest, test, http, &outcome, &failure);
    note_failure(&outcome, &failure);
    compare(test, http, &outcome, &difference);
    result->passed = difference.len == 0;
    result->difference = spk_arena_dup(arena, spk_buf_view(&difference));
    spk_buf_deinit(&difference);
    spk_outcome_deinit(&outcome);
    spk_http_destroy(http);
    spk_manifest_destroy(manifest);
    return SPK_OK;
}
