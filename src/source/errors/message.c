#include "errors.h"

enum { MAX_MESSAGE = 2000, MAX_NESTING = 16 };

static const char *const keys[] = {"message",       "messages", "error",  "errors",
                                   "failures",      "failure",  "detail", "err",
                                   "error_message", "msg",      "reason", "status_message"};

static void append_message(struct spk_buf *out, struct spk_value value, int depth)
{
    if (depth > MAX_NESTING)
        return;
    if (spk_is(value, SPK_STRING)) {
        spk_buf_append(out, value.text);
    } else if (spk_is(value, SPK_LIST)) {
        for (size_t i = 0; i < spk_list_len(value); i++) {
            if (i > 0 && out->len > 0)
                spk_buf_append_str(out, ", ");
            append_message(out, spk_list_at(value, i), depth + 1);
        }
    } else if (spk_is(value, SPK_DICT)) {
        for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
            struct spk_value inner = spk_get(value, keys[i]);
            if (spk_value_truthy(inner)) {
                append_message(out, inner, depth + 1);
                return;
            }
        }
    }
}

struct spk_view spk_error_message_of(struct spk_response *response, struct spk_arena *arena)
{
    const struct spk_json_doc *doc = NULL;
    struct spk_buf text = {0};
    spk_buf_init(&text, MAX_MESSAGE);
    if (spk_response_json(response, &doc, NULL) == SPK_OK)
        append_message(&text, spk_response_json_tree(response), 0);
    else
        spk_buf_append(&text, spk_view_slice(response->body, 0, MAX_MESSAGE));
    struct spk_view message = spk_arena_dup(arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return message;
}

struct spk_view spk_public_url(struct spk_view url, struct spk_arena *arena)
{
    ptrdiff_t cut = spk_view_find(url, SPK_V("?"), 0);
    if (cut < 0)
        cut = spk_view_find(url, SPK_V("#"), 0);
    struct spk_view shown = cut < 0 ? url : spk_view_slice(url, 0, (size_t)cut);
    ptrdiff_t scheme = spk_view_find(shown, SPK_V("://"), 0);
    size_t host = scheme < 0 ? 0 : (size_t)scheme + 3;
    ptrdiff_t path = spk_view_find(shown, SPK_V("/"), host);
    struct spk_view authority = spk_view_slice(shown, host, path < 0 ? shown.len : (size_t)path);
    size_t at = authority.len;
    while (at > 0 && authority.at[at - 1] != '@')
        at--;
    return spk_arena_printf(arena, "%.*s%.*s", (int)host, shown.at,
                            SPK_FMT(spk_view_slice(shown, host + at, shown.len)));
}
