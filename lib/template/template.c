/* Compiling a template, and what can be asked of it. */
#include "template/template_internal.h"

enum {
    DEFAULT_SOURCE = 1 << 20,
    DEFAULT_DEPTH = 100,
    DEFAULT_STEPS = 2000000,
    DEFAULT_BYTES = 16 << 20,
    DEFAULT_ITEMS = 1000000,
    EXPLAIN_WIDTH = 100,
};

static size_t or_default(size_t limit, size_t standard)
{
    return limit ? limit : standard;
}

static struct spk_template_limits effective(const struct spk_template_limits *limits)
{
    struct spk_template_limits all = limits ? *limits : (struct spk_template_limits){0};
    all.max_source = or_default(all.max_source, DEFAULT_SOURCE);
    all.max_depth = or_default(all.max_depth, DEFAULT_DEPTH);
    all.max_steps = or_default(all.max_steps, DEFAULT_STEPS);
    all.max_bytes = or_default(all.max_bytes, DEFAULT_BYTES);
    all.max_items = or_default(all.max_items, DEFAULT_ITEMS);
    return all;
}

void spk_tpl_line_column(struct spk_view text, uint32_t at, unsigned *line, unsigned *column)
{
    *line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at && i < text.len; i++) {
        if (text.at[i] == '\n') {
            *line += 1;
            start = i + 1;
        }
    }
    *column = (unsigned)spk_tpl_text_len(spk_view_slice(text, start, at)) + 1;
}

spk_rc spk_tpl_fault(struct spk_template *t, uint32_t at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    t->fault = SPK_NEW(t->arena, struct spk_error);
    spk_error_vset(t->fault, SPK_ECONFIG, format, args);
    va_end(args);
    unsigned line;
    unsigned column;
    spk_tpl_line_column(t->text, at, &line, &column);
    t->faulty = true;
    return spk_error_context(t->fault, SPK_ECONFIG, "%u:%u", line, column);
}

/* The source with \n line ends and without the last one. */
static struct spk_view normalise_lines(struct spk_arena *arena, struct spk_view source)
{
    struct spk_view text = source;
    if (source.len && memchr(source.at, '\r', source.len)) {
        char *out = spk_arena_alloc(arena, source.len);
        size_t len = 0;
        for (size_t i = 0; i < source.len; i++) {
            char c = source.at[i];
            if (c == '\n' && i > 0 && source.at[i - 1] == '\r')
                continue;
            out[len++] = c == '\r' ? '\n' : c;
        }
        text = spk_view_make(out, len);
    }
    if (text.len && text.at[text.len - 1] == '\n')
        text.len--;
    return text;
}

/* A template without tags: its text is what it renders, each time. */
static void make_constant(struct spk_template *t)
{
    t->kind = SPK_TEMPLATE_CONSTANT;
    struct spk_view text = t->root->items.len ? t->root->items.items[0]->value.text : t->text;
    if (text.len == 0)
        t->constant = spk_null();
    else if (!spk_value_literal_eval(t->arena, text, &t->constant))
        t->constant = spk_string(text);
}

static bool has_tags(struct spk_view text)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.at[i] == '{' &&
            (text.at[i + 1] == '{' || text.at[i + 1] == '%' || text.at[i + 1] == '#'))
            return true;
    }
    return false;
}

static void compile(struct spk_template *t)
{
    struct spk_tpl_tokens tokens = {0};
    if (t->source.len > t->limits.max_source) {
        spk_tpl_fault(t, 0, "the template is longer than %zu bytes", t->limits.max_source);
        return;
    }
    ptrdiff_t state = spk_view_find(t->text, SPK_V("stream_state"), 0);
    if (state >= 0) {
        spk_tpl_fault(t, (uint32_t)state, "stream_state is not supported in templates");
        spk_error_hint(t->fault, "use stream_interval instead");
        return;
    }
    if (spk_tpl_lex(t, &tokens) != SPK_OK || spk_tpl_parse(t, &tokens) != SPK_OK)
        return;
    spk_tpl_analyse(t);
    if (!t->faulty && !has_tags(t->text))
        make_constant(t);
}

struct spk_template *spk_template_parse(struct spk_arena *arena, struct spk_view text,
                                        const struct spk_template_limits *limits)
{
    struct spk_template *t = SPK_NEW(arena, struct spk_template);
    t->arena = arena;
    t->limits = effective(limits);
    t->kind = SPK_TEMPLATE_GENERAL;
    t->source = spk_arena_dup(arena, text);
    t->text = normalise_lines(arena, t->source);
    compile(t);
    return t;
}

const struct spk_error *spk_template_error(const struct spk_template *t)
{
    return t->faulty ? t->fault : NULL;
}

spk_rc spk_template_compile(struct spk_arena *arena, struct spk_view text,
                            const struct spk_template_limits *limits, struct spk_template **out,
                            struct spk_error *err)
{
    struct spk_template *t = spk_template_parse(arena, text, limits);
    if (t->faulty) {
        if (err)
            *err = *t->fault;
        return t->fault->rc;
    }
    *out = t;
    return SPK_OK;
}

/* The line:column that the text of a failure begins with; false where there is none. */
static bool place_of(const struct spk_error *failure, int64_t *line, int64_t *column)
{
    struct spk_view rest = spk_view_of(failure->text);
    struct spk_view first = spk_view_cut(&rest, ':');
    return rest.at && spk_parse_i64(first, 1, INT32_MAX, line) &&
           spk_parse_i64(spk_view_cut(&rest, ':'), 1, INT32_MAX, column) && rest.at;
}

void spk_template_explain(struct spk_buf *out, const struct spk_template *t,
                          const struct spk_error *failure)
{
    int64_t number, place;
    if (!failure)
        failure = spk_template_error(t);
    if (!failure)
        return;
    spk_buf_printf(out, "%s\n", failure->text);
    if (!place_of(failure, &number, &place))
        return;
    struct spk_view rest = t->text, line = spk_view_cut(&rest, '\n');
    while (--number > 0 && rest.at)
        line = spk_view_cut(&rest, '\n');
    size_t column = (size_t)place - 1;
    size_t skip = column > EXPLAIN_WIDTH / 2 ? column - EXPLAIN_WIDTH / 2 : 0;
    size_t from = spk_tpl_text_offset(line, skip);
    size_t to = spk_tpl_text_offset(line, skip + EXPLAIN_WIDTH);
    spk_buf_append_str(out, "  ");
    spk_buf_append(out, spk_view_slice(line, from, to));
    spk_buf_printf(out, "\n  %*s^\n", (int)(column - skip), "");
}

struct spk_view spk_template_text(const struct spk_template *t)
{
    return t->source;
}

enum spk_template_kind spk_template_kind(const struct spk_template *t)
{
    return t->kind;
}

struct spk_value spk_template_constant(const struct spk_template *t)
{
    return t->kind == SPK_TEMPLATE_CONSTANT ? t->constant : (struct spk_value){0};
}

const struct spk_template_lookup *spk_template_lookup(const struct spk_template *t)
{
    return t->kind == SPK_TEMPLATE_LOOKUP ? &t->lookup : NULL;
}

bool spk_template_uses(const struct spk_template *t, const char *name)
{
    return spk_tpl_names_has(&t->used, spk_tpl_unalias(spk_view_of(name)));
}

bool spk_template_is_volatile(const struct spk_template *t)
{
    return t->is_volatile;
}
