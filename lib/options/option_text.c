/* How an option is spoken of: in complaints, guesses and help. */
#include "options/options_internal.h"

#include <inttypes.h>

enum { SHOWN = 60 };

static void append_choices(struct spk_buf *out, const struct spk_option *option,
                           const char *between)
{
    for (size_t i = 0; option->choices[i]; i++) {
        spk_buf_append_str(out, i ? between : "");
        spk_buf_append_str(out, option->choices[i]);
    }
}

static void append_expectation(struct spk_buf *out, const struct spk_option *option)
{
    static const char *const nouns[] = {
        [SPK_OPTION_BOOL] = "true or false",
        [SPK_OPTION_INT] = "an integer",
        [SPK_OPTION_DOUBLE] = "a number",
        [SPK_OPTION_STRING] = "a text",
        [SPK_OPTION_ENUM] = "one of ",
        [SPK_OPTION_DAY] = "a day such as 2024-01-31",
        [SPK_OPTION_BYTES] = "a size such as 64KB, 16MB or 2GB",
        [SPK_OPTION_LIST] = "a list",
        [SPK_OPTION_DICT] = "a mapping",
        [SPK_OPTION_VALUE] = "a value",
    };
    spk_buf_append_str(out, nouns[option->type]);
    if (option->type == SPK_OPTION_ENUM) {
        append_choices(out, option, ", ");
    }
    bool ranged = option->type == SPK_OPTION_INT || option->type == SPK_OPTION_BYTES;
    if (ranged && option->max > option->min) {
        spk_buf_printf(out, " from %" PRId64 " to %" PRId64, option->min, option->max);
    }
}

static void append_given(struct spk_buf *out, struct spk_value given)
{
    switch (given.kind) {
    case SPK_UNDEFINED:
    case SPK_NULL: spk_buf_append_str(out, "nothing"); return;
    case SPK_LIST:
    case SPK_TUPLE: spk_buf_append_str(out, "a list"); return;
    case SPK_DICT: spk_buf_append_str(out, "a mapping"); return;
    case SPK_BOOL: spk_buf_append_str(out, given.boolean ? "true" : "false"); return;
    default: break;
    }
    struct spk_buf text = {0};
    spk_value_str(&text, given);
    struct spk_view shown = spk_view_slice(spk_buf_view(&text), 0, SHOWN);
    shown.len = spk_utf8_valid_prefix(shown);
    const char *quote = given.kind == SPK_STRING ? "'" : "";
    spk_buf_printf(out, "%s%.*s%s%s", quote, SPK_FMT(shown), shown.len < text.len ? "..." : "",
                   quote);
    spk_buf_deinit(&text);
}

struct spk_view spk_option_complaint(const struct spk_option *option, struct spk_value given,
                                     struct spk_arena *arena)
{
    struct spk_buf out = {0};
    spk_buf_append_str(&out, "must be ");
    append_expectation(&out, option);
    if ((option->flags & SPK_OPTION_SECRET) == 0) {
        spk_buf_append_str(&out, ", not ");
        append_given(&out, given);
    }
    struct spk_view complaint = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return complaint;
}

void spk_option_hint_value(const struct spk_option *option, struct spk_value given,
                           struct spk_error *err)
{
    if (option->type == SPK_OPTION_STRING && given.kind != SPK_LIST && given.kind != SPK_DICT) {
        spk_error_hint(err, "put the value in quotes");
        return;
    }
    if (option->type == SPK_OPTION_ENUM && given.kind == SPK_STRING) {
        size_t count = 0;
        while (option->choices[count]) {
            count++;
        }
        const char *near = spk_nearest(given.text, option->choices, count);
        if (near) {
            spk_error_hint(err, "did you mean '%s'?", near);
        }
    }
}

struct spk_view spk_option_dashed(struct spk_arena *arena, const char *name)
{
    char *copy = spk_arena_strdup(arena, spk_view_of(name));
    for (char *c = copy; *c; c++) {
        *c = *c == '_' ? '-' : *c;
    }
    return spk_view_of(copy);
}

struct spk_view spk_option_placeholder(struct spk_arena *arena, const struct spk_option *option)
{
    static const char *const nouns[] = {
        [SPK_OPTION_BOOL] = "",       [SPK_OPTION_INT] = "N",     [SPK_OPTION_DOUBLE] = "NUMBER",
        [SPK_OPTION_STRING] = "TEXT", [SPK_OPTION_ENUM] = "",     [SPK_OPTION_DAY] = "DAY",
        [SPK_OPTION_BYTES] = "SIZE",  [SPK_OPTION_LIST] = "ITEM", [SPK_OPTION_DICT] = "KEY=VALUE",
        [SPK_OPTION_VALUE] = "VALUE",
    };
    if (option->placeholder) {
        return spk_view_of(option->placeholder);
    }
    if (option->type != SPK_OPTION_ENUM) {
        return spk_view_of(nouns[option->type]);
    }
    struct spk_buf out = {0};
    append_choices(&out, option, "|");
    struct spk_view choices = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return choices;
}

struct spk_view spk_option_guess(struct spk_arena *arena, const struct spk_option *table,
                                 struct spk_view word, bool dashed)
{
    size_t count = spk_option_count(table), known = 0;
    const char **names = spk_arena_array(arena, count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        bool named = !dashed || (table[i].flags & SPK_OPTION_POSITIONAL) == 0;
        if (named && (table[i].flags & SPK_OPTION_HIDDEN) == 0) {
            names[known++] = table[i].name;
        }
    }
    const char *near = spk_nearest(word, names, known);
    if (!near) {
        return SPK_V("");
    }
    struct spk_view shown = dashed ? spk_option_dashed(arena, near) : spk_view_of(near);
    return spk_arena_printf(arena, ", did you mean %s%.*s?", dashed ? "--" : "", SPK_FMT(shown));
}
