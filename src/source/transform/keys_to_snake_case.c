#include <anyascii_blocks.h>

#include "keys.h"
#include "source/kinds.h"

/*
 * KeysToSnakeCase: a key is written in ASCII, cut into words where capitals, digits and other
 * characters say so, and joined with "_", in lower case: "customFieldID2" is custom_field_id_2.
 */

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The item of a block, which is the transliterations of 256 characters with tabs between. */
static struct spk_view transliterated(uint32_t code)
{
    struct spk_view rest = spk_view_of(anyascii_block(code >> 8));
    struct spk_view item = {0};
    for (uint32_t i = 0; rest.at && i <= (code & 0xFF); i++)
        item = spk_view_cut(&rest, '\t');
    return item;
}

static void to_ascii(struct spk_view key, struct spk_buf *out)
{
    const char *end = key.at + key.len;
    for (const char *at = key.at; at < end;) {
        uint32_t code = spk_utf8_next(&at, end);
        if (code < 0x80)
            spk_buf_append_char(out, (char)code);
        else
            spk_buf_append(out, transliterated(code));
    }
}

/* The end of the token at `at`: CAPITALSandsmall, small, digits, or what is none of these. */
static size_t token_end(struct spk_view text, size_t at, bool *word)
{
    size_t end = at;
    *word = true;
    while (end < text.len && is_upper(text.at[end]))
        end++;
    while (end < text.len && is_lower(text.at[end]))
        end++;
    if (end > at)
        return end;
    while (end < text.len && is_digit(text.at[end]))
        end++;
    if (end > at)
        return end;
    *word = false;
    while (end < text.len && !is_upper(text.at[end]) && !is_lower(text.at[end]) &&
           !is_digit(text.at[end]))
        end++;
    return end;
}

static void put_lower(struct spk_buf *out, struct spk_view token)
{
    for (size_t i = 0; i < token.len; i++)
        spk_buf_append_char(out, (char)(token.at[i] + (is_upper(token.at[i]) ? 32 : 0)));
}

/* What is no word separates words; at either end of the key it stands for an empty one. A key that
 * begins with a digit gets an empty word before it. */
static void snake_case(void *context, struct spk_view key, struct spk_buf *out)
{
    struct spk_buf ascii = {0};
    to_ascii(key, &ascii);
    struct spk_view text = spk_buf_view(&ascii);
    bool first = true;
    for (size_t at = 0; at < text.len;) {
        bool word;
        size_t end = token_end(text, at, &word);
        bool inside = at > 0 && end < text.len;
        if (!first && (word || !inside))
            spk_buf_append_char(out, '_');
        if (first && is_digit(text.at[at]))
            spk_buf_append_char(out, '_');
        if (word)
            put_lower(out, spk_view_slice(text, at, end));
        first = false;
        at = end;
    }
    spk_buf_deinit(&ascii);
}

static spk_rc transform(struct spk_component *self, const struct spk_scope *scope,
                        struct spk_error *err)
{
    const struct spk_key_renamer renamer = {.rename = snake_case, .deep = true};
    spk_record_replace(scope->record,
                       spk_keys_renamed(scope->arena, spk_record_tree(scope->record), &renamer));
    return SPK_OK;
}

static const struct spk_prop props[] = {SPK_PROP_END};
static const struct spk_transformation_ops ops = {.transform = transform};

const struct spk_component_type spk_type_keys_to_snake_case = {
    .name = "KeysToSnakeCase",
    .kind = SPK_KIND_TRANSFORMATION,
    .size = sizeof(struct spk_component),
    .props = props,
    .ops = &ops,
    .help = "makes the keys of a record and of the objects in it snake_case",
};
