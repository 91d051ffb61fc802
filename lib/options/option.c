#include "base/secret.h"
#include "options/options_internal.h"

#include <assert.h>
#include <math.h>

size_t spk_option_count(const struct spk_option *table)
{
    size_t count = 0;
    while (table[count].name) {
        count++;
    }
    return count;
}

struct spk_option_field *spk_option_fields(const struct spk_option *table, struct spk_arena *arena)
{
    size_t count = spk_option_count(table);
    struct spk_option_field *fields = spk_arena_array(arena, count + 1, sizeof *fields);
    for (size_t i = 0; i < count; i++) {
        if (table[i].standard) {
            bool fits =
                spk_option_from_text(&table[i], spk_view_of(table[i].standard), arena, &fields[i]);
            assert(fits && "the table's default suits its own type");
            (void)fits;
        }
    }
    return fields;
}

static void store(const struct spk_option *option, const struct spk_option_field *field, char *at)
{
    switch (option->type) {
    case SPK_OPTION_BOOL: memcpy(at, &field->boolean, sizeof field->boolean); break;
    case SPK_OPTION_INT:
    case SPK_OPTION_BYTES: memcpy(at, &field->integer, sizeof field->integer); break;
    case SPK_OPTION_DOUBLE: memcpy(at, &field->number, sizeof field->number); break;
    case SPK_OPTION_STRING: memcpy(at, &field->text, sizeof field->text); break;
    case SPK_OPTION_ENUM: memcpy(at, &field->choice, sizeof field->choice); break;
    case SPK_OPTION_DAY: memcpy(at, &field->day, sizeof field->day); break;
    case SPK_OPTION_LIST:
    case SPK_OPTION_DICT:
    case SPK_OPTION_VALUE: memcpy(at, &field->value, sizeof field->value); break;
    }
}

/* Registers every text in a secret value, however deep. */
static void hide_value(struct spk_value value)
{
    if (value.kind == SPK_STRING) {
        spk_secret_add(value.text);
    } else if (value.kind == SPK_LIST) {
        for (size_t i = 0; i < spk_list_len(value); i++) {
            hide_value(spk_list_at(value, i));
        }
    } else if (value.kind == SPK_DICT) {
        for (size_t i = 0; i < spk_dict_len(value); i++) {
            hide_value(value.dict->entries[i].value);
        }
    }
}

static void hide(const struct spk_option *option, const struct spk_option_field *field)
{
    if ((option->flags & SPK_OPTION_SECRET) == 0) {
        return;
    }
    if (option->type == SPK_OPTION_STRING) {
        spk_secret_add(field->text);
    } else if (option->type >= SPK_OPTION_LIST) {
        hide_value(field->value);
    }
}

void spk_option_store_all(const struct spk_option *table, const struct spk_option_field *fields,
                          void *target)
{
    for (size_t i = 0; table[i].name; i++) {
        if (fields[i].set) {
            store(&table[i], &fields[i], (char *)target + table[i].offset);
            hide(&table[i], &fields[i]);
        }
    }
}

static bool within(const struct spk_option *option, int64_t number)
{
    return option->max <= option->min || (number >= option->min && number <= option->max);
}

/* 64KB: a number and a unit, each 1024 times the one before. */
static bool bytes_from_text(struct spk_view text, int64_t *out)
{
    static const struct {
        struct spk_view name;
        int shift;
    } units[] = {
        {SPK_VIEW("kib"), 10}, {SPK_VIEW("mib"), 20}, {SPK_VIEW("gib"), 30}, {SPK_VIEW("tib"), 40},
        {SPK_VIEW("kb"), 10},  {SPK_VIEW("mb"), 20},  {SPK_VIEW("gb"), 30},  {SPK_VIEW("tb"), 40},
        {SPK_VIEW("b"), 0},    {SPK_VIEW(""), 0},
    };
    size_t digits = 0;
    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9') {
        digits++;
    }
    struct spk_view unit = spk_view_trim(spk_view_slice(text, digits, text.len));
    int64_t number = 0;
    if (!spk_parse_i64(spk_view_slice(text, 0, digits), 0, INT64_MAX, &number)) {
        return false;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (spk_view_equal_nocase(unit, units[i].name)) {
            return !__builtin_mul_overflow(number, INT64_C(1) << units[i].shift, out);
        }
    }
    return false;
}

static bool choice_from_text(const struct spk_option *option, struct spk_view text, int *out)
{
    for (int i = 0; option->choices[i]; i++) {
        if (spk_view_is(text, option->choices[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool item_from_text(const struct spk_option *option, struct spk_view text,
                           struct spk_arena *arena, struct spk_value *value)
{
    if (option->type == SPK_OPTION_VALUE) {
        *value = spk_string(text);
        return true;
    }
    bool list = option->type == SPK_OPTION_LIST;
    if (!spk_is_defined(*value)) {
        *value = list ? spk_list_new(arena) : spk_dict_new(arena);
    }
    if (list) {
        spk_list_append(*value, spk_string(text));
        return true;
    }
    struct spk_view rest = text;
    struct spk_view key = spk_view_cut(&rest, '=');
    if (!rest.at || key.len == 0) {
        return false;
    }
    spk_dict_set(*value, key, spk_string(rest));
    return true;
}

bool spk_option_from_text(const struct spk_option *option, struct spk_view text,
                          struct spk_arena *arena, struct spk_option_field *field)
{
    struct spk_option_field made = *field;
    bool ok = true;
    switch (option->type) {
    case SPK_OPTION_BOOL: ok = spk_parse_bool(text, &made.boolean); break;
    case SPK_OPTION_INT:
        ok = spk_parse_i64(text, INT64_MIN, INT64_MAX, &made.integer) &&
             within(option, made.integer);
        break;
    case SPK_OPTION_BYTES:
        ok = bytes_from_text(text, &made.integer) && within(option, made.integer);
        break;
    case SPK_OPTION_DOUBLE: ok = spk_parse_double(text, &made.number); break;
    case SPK_OPTION_STRING: made.text = text; break;
    case SPK_OPTION_ENUM: ok = choice_from_text(option, text, &made.choice); break;
    case SPK_OPTION_DAY: ok = spk_day_parse(text, &made.day); break;
    case SPK_OPTION_LIST:
    case SPK_OPTION_DICT:
    case SPK_OPTION_VALUE: ok = item_from_text(option, text, arena, &made.value); break;
    }
    if (ok) {
        made.set = true;
        *field = made;
    }
    return ok;
}

static bool number_from_value(const struct spk_option *option, struct spk_value value,
                              struct spk_option_field *field)
{
    if (option->type == SPK_OPTION_DOUBLE) {
        field->number = value.kind == SPK_INT ? (double)value.integer : value.number;
        return (value.kind == SPK_INT || value.kind == SPK_FLOAT) && isfinite(field->number);
    }
    field->integer = value.kind == SPK_INT ? value.integer : 0;
    bool negative_size = option->type == SPK_OPTION_BYTES && field->integer < 0;
    return value.kind == SPK_INT && within(option, field->integer) && !negative_size;
}

/* A text may stand for any scalar: that is what a reference to the environment gives. */
static bool is_text_for(const struct spk_option *option, struct spk_value value)
{
    return value.kind == SPK_STRING && option->type < SPK_OPTION_LIST;
}

static bool is_tree_for(const struct spk_option *option, struct spk_value value)
{
    return option->type == SPK_OPTION_VALUE ||
           value.kind == (option->type == SPK_OPTION_LIST ? SPK_LIST : SPK_DICT);
}

bool spk_option_from_value(const struct spk_option *option, struct spk_value value,
                           struct spk_option_field *field)
{
    if (is_text_for(option, value)) {
        return spk_option_from_text(option, value.text, NULL, field);
    }
    struct spk_option_field made = {.set = true};
    bool ok = false;
    switch (option->type) {
    case SPK_OPTION_BOOL:
        ok = value.kind == SPK_BOOL;
        made.boolean = ok && value.boolean;
        break;
    case SPK_OPTION_INT:
    case SPK_OPTION_BYTES:
    case SPK_OPTION_DOUBLE: ok = number_from_value(option, value, &made); break;
    case SPK_OPTION_DAY:
        ok = value.kind == SPK_DATE;
        made.day = ok ? value.day : 0;
        break;
    case SPK_OPTION_LIST:
    case SPK_OPTION_DICT:
    case SPK_OPTION_VALUE:
        ok = is_tree_for(option, value);
        made.value = value;
        break;
    case SPK_OPTION_STRING:
    case SPK_OPTION_ENUM: break;
    }
    if (ok) {
        *field = made;
    }
    return ok;
}
