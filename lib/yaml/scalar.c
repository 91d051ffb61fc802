/* From tag and text to a value. */
#include "yaml/yaml_internal.h"

static bool construct_bool(struct spk_view text, struct spk_value *out)
{
    static const char *const yes[] = {"yes", "true", "on"};
    static const char *const no[] = {"no", "false", "off"};
    for (size_t i = 0; i < 3; i++) {
        bool is_yes = spk_view_equal_nocase(text, spk_view_of(yes[i]));
        if (is_yes || spk_view_equal_nocase(text, spk_view_of(no[i]))) {
            *out = spk_bool(is_yes);
            return true;
        }
    }
    return false;
}

static int base64_value(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* As Python's base64.decodebytes: other characters are skipped, a broken last group is refused. */
static bool construct_binary(struct spk_arena *arena, struct spk_view text, struct spk_value *out)
{
    unsigned char *bytes = spk_arena_alloc(arena, text.len / 4 * 3 + 3);
    size_t len = 0, group = 0, padding = 0;
    uint32_t bits = 0;
    for (size_t i = 0; i < text.len && group + padding < 4; i++) {
        int six = base64_value(text.at[i]);
        if (six < 0) {
            padding += text.at[i] == '=' && group >= 2;
            continue;
        }
        padding = 0;
        bits = (bits << 6 | (uint32_t)six) & 0xffffff;
        if (group++ > 0)
            bytes[len++] = (unsigned char)(bits >> (6 - 2 * (group - 1)));
        group %= 4;
    }
    if (group > 0 && group + padding < 4)
        return false;
    *out = (struct spk_value){.kind = SPK_BYTES, .text = spk_view_make(bytes, len)};
    return true;
}

bool spk_yaml_construct(struct spk_arena *arena, enum spk_yaml_tag tag, struct spk_view text,
                        struct spk_value *out)
{
    switch (tag) {
    case SPK_YAML_NULL: *out = spk_null(); return true;
    case SPK_YAML_STR: *out = spk_string(spk_arena_dup(arena, text)); return true;
    case SPK_YAML_BOOL: return construct_bool(text, out);
    case SPK_YAML_INT: return spk_yaml_construct_int(arena, text, out);
    case SPK_YAML_FLOAT: return spk_yaml_construct_float(text, out);
    case SPK_YAML_TIMESTAMP: return spk_yaml_construct_timestamp(arena, text, out);
    case SPK_YAML_BINARY: return construct_binary(arena, text, out);
    default: return false;
    }
}
