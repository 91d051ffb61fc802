#include "objstore/segment.h"

#include "base/buf.h"

static bool must_encode(struct spk_view name, size_t i)
{
    unsigned char c = (unsigned char)name.at[i];
    return c == '/' || c == '%' || c < 0x20 || c == 0x7F || (c == '.' && i == 0);
}

struct spk_view spk_objstore_segment(struct spk_arena *arena, struct spk_view name)
{
    struct spk_buf out = {0};
    bool changed = false;
    for (size_t i = 0; i < name.len; i++) {
        if (must_encode(name, i)) {
            spk_buf_printf(&out, "%%%02X", (unsigned char)name.at[i]);
            changed = true;
        } else {
            spk_buf_append_char(&out, name.at[i]);
        }
    }
    struct spk_view segment = changed ? spk_arena_dup(arena, spk_buf_view(&out)) : name;
    spk_buf_deinit(&out);
    return segment;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

struct spk_view spk_objstore_segment_name(struct spk_arena *arena, struct spk_view segment)
{
    if (spk_view_find(segment, SPK_V("%"), 0) < 0)
        return segment;
    struct spk_buf out = {0};
    for (size_t i = 0; i < segment.len; i++) {
        bool escape = segment.at[i] == '%' && i + 2 < segment.len &&
                      hex_digit(segment.at[i + 1]) >= 0 && hex_digit(segment.at[i + 2]) >= 0;
        char c = segment.at[i];
        if (escape) {
            c = (char)(hex_digit(segment.at[i + 1]) * 16 + hex_digit(segment.at[i + 2]));
            i += 2;
        }
        spk_buf_append_char(&out, c);
    }
    struct spk_view name = spk_arena_dup(arena, spk_buf_view(&out));
    spk_buf_deinit(&out);
    return name;
}
