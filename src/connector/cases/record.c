#include "cases_internal.h"

#include <errno.h>
#include <stdio.h>

#include "http/url.h"

/* A case made from a live server. */

/* Secrets leave the file: in the config, in URLs, and wherever an answer repeats them. */
static void replace_all(struct spk_buf *text, struct spk_view what, struct spk_view with)
{
    struct spk_buf out = {0};
    struct spk_view all = spk_buf_view(text);
    size_t from = 0;
    ptrdiff_t at;
    while (what.len > 0 && (at = spk_view_find(all, what, from)) >= 0) {
        spk_buf_append(&out, spk_view_slice(all, from, (size_t)at));
        spk_buf_append(&out, with);
        from = (size_t)at + what.len;
    }
    spk_buf_append(&out, spk_view_slice(all, from, all.len));
    spk_buf_deinit(text);
    *text = out;
}

static void hide(struct spk_buf *text, struct spk_view secret)
{
    struct spk_buf quoted = {0};
    if (secret.len < 4)
        return;
    spk_url_quote_plus(&quoted, secret, "");
    replace_all(text, spk_buf_view(&quoted), SPK_V("SECRET"));
    spk_buf_clear(&quoted);
    spk_json_write_string(&quoted, secret, 0);
    replace_all(text, spk_view_slice(spk_buf_view(&quoted), 1, quoted.len - 1), SPK_V("SECRET"));
    spk_buf_deinit(&quoted);
}

static void hide_secrets(struct spk_buf *text, struct spk_value schema, struct spk_value config,
                         int depth)
{
    struct spk_value properties = spk_get(schema, "properties"), choices = spk_get(schema, "oneOf");
    if (depth > 32)
        return;
    if (spk_value_truthy(spk_get(schema, "airbyte_secret")) && spk_is(config, SPK_STRING))
        hide(text, config.text);
    for (size_t i = 0; spk_is(properties, SPK_DICT) && i < spk_dict_len(properties); i++) {
        const struct spk_entry *entry = &properties.dict->entries[i];
        hide_secrets(text, entry->value, spk_dict_get(config, spk_value_text_or(entry->key, "")),
                     depth + 1);
    }
    for (size_t i = 0; spk_is(choices, SPK_LIST) && i < spk_list_len(choices); i++)
        hide_secrets(text, spk_list_at(choices, i), config, depth + 1);
}

static spk_rc write_file(const char *file, struct spk_view text, struct spk_error *err)
{
    FILE *out = fopen(file, "w");
    if (!out)
        return spk_error_errno(err, errno, "%s", file);
    bool ok = fwrite(text.at, 1, text.len, out) == text.len;
    ok = fclose(out) == 0 && ok;
    return ok ? SPK_OK : spk_error_errno(err, errno, "%s", file);
}

static spk_rc write_case(const struct spk_manifest *manifest, const char *file,
                         struct spk_value test, struct spk_error *err)
{
    struct spk_value spec = {0};
    struct spk_buf text = {0};
    spk_rc rc = spk_manifest_part(manifest, "spec", &spec, err);
    spk_json_write(&text, test, SPK_JSON_PRETTY);
    spk_buf_append_char(&text, '\n');
    hide_secrets(&text, spk_get(spec, "connection_specification"), spk_get(test, "config"), 0);
    if (!rc)
        rc = write_file(file, spk_buf_view(&text), err);
    spk_buf_deinit(&text);
    return rc;
}

spk_rc spk_connector_case_record(const char *manifest_file, const char *file, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_manifest *manifest = NULL;
    struct spk_http *client = NULL, *recorder = NULL;
    struct spk_outcome outcome;
    struct spk_error failure = {0};
    struct spk_value test;
    spk_outcome_init(&outcome);
    spk_rc rc = spk_case_read(file, &arena, &test, err);
    if (!rc)
        rc = spk_manifest_read(manifest_file, &manifest, err);
    if (!rc)
        rc = spk_http_curl_create(NULL, &client, err);
    if (!rc) {
        recorder = spk_recorder_create(client);
        spk_case_command(manifest, test, recorder, &outcome, &failure);
        if (failure.rc && spk_list_len(outcome.errors) == 0)
            spk_list_append(outcome.errors, spk_str(failure.text));
        spk_set(test, "exchanges", spk_recorder_exchanges(recorder, &arena));
        spk_set(test, "expect", spk_outcome_value(&outcome));
        rc = write_case(manifest, file, test, err);
    }
    spk_http_destroy(recorder);
    spk_http_destroy(client);
    spk_manifest_destroy(manifest);
    spk_outcome_deinit(&outcome);
    spk_arena_deinit(&arena);
    return rc;
}
