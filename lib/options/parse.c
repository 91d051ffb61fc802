/* Settings from the words of a command line. */
#include "options/options_internal.h"

struct parser {
    const struct spk_option *table;
    struct spk_option_field *fields;
    bool *given;
    char *const *next; /* the word to come, NULL behind the last */
    struct spk_arena *arena;
    struct spk_error *err;
};

/* The letters of both are the same, a dash stands for an underscore. */
static bool is_name(struct spk_view word, const char *name)
{
    size_t i = 0;
    for (; i < word.len && name[i]; i++) {
        if (word.at[i] != name[i] && !(word.at[i] == '-' && name[i] == '_')) {
            return false;
        }
    }
    return i == word.len && !name[i];
}

static bool is_positional(const struct spk_option *option)
{
    return (option->flags & SPK_OPTION_POSITIONAL) != 0;
}

static const struct spk_option *find_long(const struct parser *p, struct spk_view name)
{
    for (const struct spk_option *o = p->table; o->name; o++) {
        if (!is_positional(o) && is_name(name, o->name)) {
            return o;
        }
    }
    return NULL;
}

static const struct spk_option *find_letter(const struct parser *p, char letter)
{
    for (const struct spk_option *o = p->table; o->name; o++) {
        if (!is_positional(o) && o->letter && o->letter == letter) {
            return o;
        }
    }
    return NULL;
}

static struct spk_view shown_name(const struct parser *p, const struct spk_option *option)
{
    if (is_positional(option)) {
        return option->placeholder ? spk_view_of(option->placeholder) : spk_view_of(option->name);
    }
    struct spk_view name = spk_option_dashed(p->arena, option->name);
    return spk_arena_printf(p->arena, "--%.*s", SPK_FMT(name));
}

static spk_rc take(struct parser *p, const struct spk_option *option, struct spk_view text)
{
    size_t index = (size_t)(option - p->table);
    if (!p->given[index]) {
        p->fields[index] =
            (struct spk_option_field){0}; /* the first word replaces a default list */
    }
    p->given[index] = true;
    if (spk_option_from_text(option, text, p->arena, &p->fields[index])) {
        return SPK_OK;
    }
    struct spk_value given = spk_string(text);
    struct spk_view complaint = spk_option_complaint(option, given, p->arena);
    struct spk_view name = shown_name(p, option);
    spk_error_set(p->err, SPK_ECONFIG, "%.*s %.*s", SPK_FMT(name), SPK_FMT(complaint));
    spk_option_hint_value(option, given, p->err);
    return SPK_ECONFIG;
}

/* The value of an option whose word held none: a flag is on, others take the next word. */
static spk_rc take_next(struct parser *p, const struct spk_option *option)
{
    if (option->type == SPK_OPTION_BOOL) {
        return take(p, option, SPK_V("true"));
    }
    struct spk_view name = shown_name(p, option);
    if (!*p->next || strncmp(*p->next, "--", 2) == 0) {
        struct spk_view placeholder = spk_option_placeholder(p->arena, option);
        spk_error_set(p->err, SPK_ECONFIG, "%.*s needs a value", SPK_FMT(name));
        spk_error_hint(p->err, "write %.*s=%.*s", SPK_FMT(name), SPK_FMT(placeholder));
        return SPK_ECONFIG;
    }
    return take(p, option, spk_view_of(*p->next++));
}

/* --name, --name=VALUE or --no-name. */
static spk_rc take_long(struct parser *p, struct spk_view word)
{
    struct spk_view value = word;
    struct spk_view name = spk_view_cut(&value, '=');
    const struct spk_option *option = find_long(p, name);
    if (option) {
        return value.at ? take(p, option, value) : take_next(p, option);
    }
    if (spk_view_starts(name, SPK_V("no-")) && !value.at) {
        option = find_long(p, spk_view_slice(name, 3, name.len));
        if (option && option->type == SPK_OPTION_BOOL) {
            return take(p, option, SPK_V("false"));
        }
    }
    struct spk_view guess = spk_option_guess(p->arena, p->table, name, true);
    return spk_error_set(p->err, SPK_ECONFIG, "unknown option --%.*s%.*s", SPK_FMT(name),
                         SPK_FMT(guess));
}

static spk_rc take_letter(struct parser *p, const char *word)
{
    const struct spk_option *option = word[1] ? NULL : find_letter(p, word[0]);
    if (!option) {
        return spk_error_set(p->err, SPK_ECONFIG, "unknown option -%s", word);
    }
    return take_next(p, option);
}

/* The first positional without a word; a list takes all that is left. */
static spk_rc take_positional(struct parser *p, struct spk_view word)
{
    for (const struct spk_option *o = p->table; o->name; o++) {
        bool open = !p->given[o - p->table] || o->type == SPK_OPTION_LIST;
        if (is_positional(o) && open) {
            return take(p, o, word);
        }
    }
    return spk_error_set(p->err, SPK_ECONFIG, "unexpected argument '%.*s'", SPK_FMT(word));
}

static spk_rc take_words(struct parser *p)
{
    bool only_positionals = false;
    while (*p->next) {
        const char *word = *p->next++;
        spk_rc rc = SPK_OK;
        if (only_positionals || word[0] != '-' || !word[1]) {
            rc = take_positional(p, spk_view_of(word));
        } else if (strcmp(word, "--") == 0) {
            only_positionals = true;
        } else if (word[1] == '-') {
            rc = take_long(p, spk_view_of(word + 2));
        } else {
            rc = take_letter(p, word + 1);
        }
        if (rc != SPK_OK) {
            return rc;
        }
    }
    return SPK_OK;
}

static spk_rc check_required(const struct parser *p)
{
    for (const struct spk_option *o = p->table; o->name; o++) {
        if ((o->flags & SPK_OPTION_REQUIRED) && !p->given[o - p->table]) {
            struct spk_view name = shown_name(p, o);
            spk_error_set(p->err, SPK_ECONFIG, "%.*s is missing", SPK_FMT(name));
            spk_error_hint(p->err, "give %.*s: %s", SPK_FMT(name), o->help);
            return SPK_ECONFIG;
        }
    }
    return SPK_OK;
}

spk_rc spk_options_parse(const struct spk_option *table, char *const *words,
                         struct spk_arena *arena, void *target, struct spk_error *err)
{
    struct parser p = {
        .table = table,
        .fields = spk_option_fields(table, arena),
        .given = spk_arena_array(arena, spk_option_count(table) + 1, sizeof(bool)),
        .next = words,
        .arena = arena,
        .err = err,
    };
    spk_rc rc = take_words(&p);
    rc = rc == SPK_OK ? check_required(&p) : rc;
    if (rc == SPK_OK) {
        spk_option_store_all(table, p.fields, target);
    }
    return rc;
}
