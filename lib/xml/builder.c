/* Elements to values, in xmltodict's shape. */
#include "xml/xml_internal.h"

#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>

struct spk_xml_name {
    struct spk_view attribute; /* "@name" */
    struct spk_view name;      /* the same behind the "@" */
};

void spk_xml_builder_init(struct spk_xml_builder *builder, struct spk_arena *values,
                          struct spk_arena *names, size_t max_memory)
{
    *builder = (struct spk_xml_builder){.values = values, .names = names, .max_memory = max_memory};
    builder->base = values->used + (names == values ? 0 : names->used);
}

void spk_xml_builder_deinit(struct spk_xml_builder *builder)
{
    free(builder->frames);
    builder->frames = NULL;
    spk_buf_deinit(&builder->text);
    spk_map_deinit(&builder->known_names);
}

static spk_rc check_memory(const struct spk_xml_builder *builder, struct spk_error *err)
{
    size_t used = builder->values->used + builder->text.len;
    if (builder->names != builder->values)
        used += builder->names->used;
    if (used - builder->base <= builder->max_memory)
        return SPK_OK;
    struct spk_view name = builder->depth ? builder->frames[builder->depth - 1].name : SPK_V("");
    return spk_error_set(err, SPK_EDATA, "the XML element <%.*s> needs more than %zu bytes",
                         SPK_FMT(name), builder->max_memory);
}

/* A document has few names and many elements: each name is kept once, and found by its address. */
static const struct spk_xml_name *intern(struct spk_xml_builder *builder, const char *raw)
{
    size_t slot = ((uintptr_t)raw >> 3 ^ (uintptr_t)raw >> 11) % 256;
    if (builder->recent[slot].raw == raw)
        return builder->recent[slot].name;
    struct spk_view view = spk_view_of(raw);
    struct spk_xml_name *name = spk_map_get(&builder->known_names, view);
    if (!name) {
        name = SPK_NEW(builder->names, struct spk_xml_name);
        name->attribute = spk_arena_printf(builder->names, "@%s", raw);
        name->name = spk_view_slice(name->attribute, 1, name->attribute.len);
        spk_map_set(&builder->known_names, view, name);
    }
    builder->recent[slot].raw = raw;
    builder->recent[slot].name = name;
    return name;
}

static void put(const struct spk_xml_builder *builder, struct spk_xml_frame *frame,
                struct spk_view key, struct spk_value value)
{
    if (frame->item.kind != SPK_DICT)
        frame->item = spk_dict_new(builder->values);
    struct spk_value *old = spk_dict_find(frame->item, key);
    if (!old) {
        spk_dict_set(frame->item, key, value);
    } else if (builder->duplicates == SPK_XML_LAST) {
        *old = value;
    } else if (builder->duplicates == SPK_XML_LIST) {
        if (old->kind != SPK_LIST) {
            struct spk_value list = spk_list_new(builder->values);
            spk_list_append(list, *old);
            *old = list;
        }
        spk_list_append(*old, value);
    }
}

spk_rc spk_xml_builder_start(struct spk_xml_builder *builder, const char *name,
                             const char *const *attributes, struct spk_error *err)
{
    if (builder->depth == builder->cap)
        builder->frames = spk_memory_grow(builder->frames, &builder->cap, builder->depth + 1,
                                          sizeof(*builder->frames));
    struct spk_xml_frame *frame = &builder->frames[builder->depth++];
    *frame = (struct spk_xml_frame){
        .name = intern(builder, name)->name, .item = spk_null(), .text_start = builder->text.len};
    for (size_t i = 0; attributes && attributes[i]; i += 2) {
        const struct spk_xml_name *key = intern(builder, attributes[i]);
        struct spk_view text = spk_view_of(attributes[i + 1]);
        put(builder, frame, builder->strip_attribute_prefix ? key->name : key->attribute,
            spk_string_dup(builder->values, text));
    }
    return check_memory(builder, err);
}

spk_rc spk_xml_builder_text(struct spk_xml_builder *builder, struct spk_view text,
                            struct spk_error *err)
{
    spk_buf_append(&builder->text, text);
    return check_memory(builder, err);
}

/* Length of the white space character at the start of the text, as Python's str.isspace sees it. */
static size_t space_at(struct spk_view text)
{
    static const char *const wide[] = {"\xc2\x85", "\xc2\xa0", "\u1680", "\u2000", "\u2001",
                                       "\u2002",   "\u2003",   "\u2004", "\u2005", "\u2006",
                                       "\u2007",   "\u2008",   "\u2009", "\u200a", "\u2028",
                                       "\u2029",   "\u202f",   "\u205f", "\u3000"};
    unsigned char first = text.len > 0 ? (unsigned char)text.at[0] : 'x';
    if (first == ' ' || (first >= '\t' && first <= '\r') || (first >= 0x1c && first <= 0x1f))
        return 1;
    for (size_t i = 0; first >= 0x80 && i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (spk_view_starts(text, spk_view_of(wide[i])))
            return strlen(wide[i]);
    }
    return 0;
}

static struct spk_view strip(struct spk_view text)
{
    size_t space = 0;
    while ((space = space_at(text)) > 0)
        text = spk_view_slice(text, space, text.len);
    for (bool more = true; more && text.len > 0;) {
        more = false;
        for (size_t width = 1; width <= 3 && width <= text.len && !more; width++) {
            struct spk_view tail = spk_view_slice(text, text.len - width, text.len);
            if (space_at(tail) == width) {
                text.len -= width;
                more = true;
            }
        }
    }
    return text;
}

struct spk_value spk_xml_builder_pop(struct spk_xml_builder *builder, struct spk_view *name)
{
    assert(builder->depth > 0);
    struct spk_xml_frame *frame = &builder->frames[--builder->depth];
    struct spk_view text =
        strip(spk_view_slice(spk_buf_view(&builder->text), frame->text_start, builder->text.len));
    struct spk_value value = frame->item;
    if (text.len > 0) {
        struct spk_value string = spk_string_dup(builder->values, text);
        if (value.kind == SPK_DICT)
            put(builder, frame, SPK_V("#text"), string);
        else
            value = string;
    }
    builder->text.len = frame->text_start;
    *name = frame->name;
    return value;
}

void spk_xml_builder_attach(struct spk_xml_builder *builder, struct spk_view name,
                            struct spk_value value)
{
    assert(builder->depth > 0);
    put(builder, &builder->frames[builder->depth - 1], name, value);
}
