/* Calling: rows of the tables, bound methods and the template's own macros. */
#include "template/template_internal.h"

static const struct spk_tpl_row *const filter_tables[] = {
    spk_tpl_filters_cdk,  spk_tpl_filters_text,   spk_tpl_filters_list,
    spk_tpl_filters_pick, spk_tpl_filters_number,
};

const struct spk_tpl_row *spk_tpl_row_find(const struct spk_tpl_row *rows, struct spk_view name)
{
    for (; rows->name; rows++) {
        if (spk_view_is(name, rows->name))
            return rows;
    }
    return NULL;
}

const struct spk_tpl_row *spk_tpl_filter_find(struct spk_view name)
{
    const struct spk_tpl_row *row = NULL;
    for (size_t i = 0; !row && i < sizeof filter_tables / sizeof filter_tables[0]; i++)
        row = spk_tpl_row_find(filter_tables[i], name);
    return row;
}

const struct spk_tpl_row *spk_tpl_test_find(struct spk_view name)
{
    return spk_tpl_row_find(spk_tpl_tests, name);
}

const struct spk_tpl_row *spk_tpl_global_find(struct spk_view name)
{
    const struct spk_tpl_row *row = spk_tpl_row_find(spk_tpl_macros, name);
    return row ? row : spk_tpl_row_find(spk_tpl_globals, name);
}

/* Methods by the kind of their object; the second table is looked at after the first. */
static const struct {
    uint8_t kind;
    const struct spk_tpl_row *tables[2];
} method_tables[] = {
    {SPK_STRING, {spk_tpl_methods_str, spk_tpl_methods_str_is}},
    {SPK_DICT, {spk_tpl_methods_mapping, spk_tpl_methods_dict}},
    {SPK_LIST, {spk_tpl_methods_list, spk_tpl_methods_tuple}},
    {SPK_TUPLE, {spk_tpl_methods_tuple}},
    {SPK_DATETIME, {spk_tpl_methods_datetime, spk_tpl_methods_date}},
    {SPK_DATE, {spk_tpl_methods_date}},
    {SPK_TIMEDELTA, {spk_tpl_methods_timedelta}},
    {SPK_TPL_DURATION, {spk_tpl_methods_timedelta}},
    {SPK_TPL_LOOP, {spk_tpl_methods_loop}},
    {SPK_FLOAT, {spk_tpl_methods_float}},
    {SPK_INT, {spk_tpl_methods_int}},
    {SPK_BOOL, {spk_tpl_methods_int}},
};

const struct spk_tpl_row *spk_tpl_method_find(struct spk_value object, struct spk_view name)
{
    const struct spk_tpl_row *row = NULL;
    for (size_t i = 0; i < sizeof method_tables / sizeof method_tables[0]; i++) {
        if (method_tables[i].kind != object.kind)
            continue;
        const struct spk_tpl_row *const *tables = method_tables[i].tables;
        bool both = tables[1] && !spk_tpl_as_object(object); /* objects cannot be changed */
        row = spk_tpl_row_find(tables[0], name);
        return row || !both ? row : spk_tpl_row_find(tables[1], name);
    }
    return NULL;
}

/* Index of a parameter in "a ?b *", or -1. */
static int parameter_index(const char *parameters, struct spk_view name)
{
    struct spk_view rest = spk_view_of(parameters);
    for (int i = 0; rest.at; i++) {
        struct spk_view word = spk_view_cut(&rest, ' ');
        if (word.len && word.at[0] == '?')
            word = spk_view_slice(word, 1, word.len);
        if (spk_view_equal(word, name))
            return i;
    }
    return -1;
}

static spk_rc bind_named(struct spk_tpl_state *s, const struct spk_tpl_row *row,
                         const char *parameters, struct spk_tpl_call *call)
{
    for (unsigned i = 0; i < call->raw->named_len; i++) {
        struct spk_view name = call->raw->named[i].name;
        int index = row->parameters[0] == '/' ? -1 : parameter_index(parameters, name);
        if (index < 0 || spk_tpl_given(call->args[index]))
            return spk_tpl_type_error(s, "%s() got an unexpected argument '%.*s'", row->name,
                                      SPK_FMT(spk_view_slice(name, 0, 60)));
        call->args[index] = call->raw->named[i].value;
    }
    return SPK_OK;
}

/* Spreads the arguments over the parameters; *count = how many parameters there are. */
static spk_rc bind(struct spk_tpl_state *s, const struct spk_tpl_row *row,
                   struct spk_tpl_call *call)
{
    const char *parameters = row->parameters + (row->parameters[0] == '/');
    const struct spk_tpl_args *raw = call->raw;
    unsigned count = 0;
    unsigned required = 0;
    for (const char *p = parameters; *p; count++) {
        call->args[count] =
            count < raw->len ? raw->list[count] : (struct spk_value){.kind = SPK_TPL_ABSENT};
        if (*p != '?')
            required = count + 1;
        while (*p && *p != ' ')
            p++;
        p += *p == ' ';
    }
    if (raw->len > count)
        return spk_tpl_type_error(s, "%s() takes at most %u arguments (%u given)", row->name, count,
                                  raw->len);
    spk_rc rc = raw->named_len ? bind_named(s, row, parameters, call) : SPK_OK;
    for (unsigned i = raw->len; rc == SPK_OK && i < required; i++) {
        if (!spk_tpl_given(call->args[i]))
            rc = spk_tpl_type_error(s, "%s() misses argument %u", row->name, i + 1);
    }
    return rc;
}

spk_rc spk_tpl_row_call(struct spk_tpl_state *s, const struct spk_tpl_row *row,
                        struct spk_value self, const struct spk_tpl_args *args,
                        struct spk_value *out)
{
    struct spk_tpl_call call;
    call.self = self;
    call.raw = args;
    call.row = row;
    spk_tpl_charge(s, self);
    if (row->parameters[0] != '*') {
        spk_rc rc = bind(s, row, &call);
        if (rc != SPK_OK)
            return rc;
    }
    return row->function(s, &call, out);
}

spk_rc spk_tpl_call_value(struct spk_tpl_state *s, struct spk_value callee,
                          const struct spk_tpl_args *args, struct spk_value *out)
{
    if (callee.kind == SPK_UNDEFINED)
        return spk_tpl_raise(s, RAISE_UNDEFINED, "call of an undefined value");
    if (callee.kind != SPK_TPL_CALLABLE)
        return spk_tpl_type_error(s, "'%s' is not callable", spk_tpl_type_name(callee));
    const struct spk_tpl_callable *callable = spk_tpl_what(callee);
    if (callable->row)
        return spk_tpl_row_call(s, callable->row, callable->self, args, out);
    return spk_tpl_macro_call(s, callable, args, out);
}
