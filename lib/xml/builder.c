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

/* Tables of names are made for few of them: libxml2's gets slow. */
enum { MAX_NAMES = 65536 };

static spk_rc check_growth(const struct spk_xml_builder *builder, struct spk_error *err)
{
    if (builder->known_names.len > MAX_NAMES)
        return spk_error_set(err, SPK_EDATA, "the XML document has more than %d different names",
                             MAX_NAMES);
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
    size_t slot = ((uintptr_t)raw ^ (uintptr_t)raw >> 8) % 256;
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

/* Keys are interned: within a builder the same name has the same address. */
static struct spk_value *find(struct spk_value dict, struct spk_view key)
{
    enum { FEW = 24 };
    if (dict.dict->len > FEW)
        return spk_dict_find(dict, key);
    for (size_t i = 0; i < dict.dict->len; i++) {
        if (dict.dict->entries[i].key.text.at == key.at)
            return &dict.dict->entries[i].value;
    }
    return NULL;
}

static void put(const struct spk_xml_builder *builder, struct spk_xml_frame *frame,
                struct spk_view key, struct spk_value value)
{
    if (frame->item.kind != SPK_DICT)
        frame->item = spk_dict_new(builder->values);
    struct spk_value *old = find(frame->item, key);
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
    return check_growth(builder, err);
}

spk_rc spk_xml_builder_text(struct spk_xml_builder *builder, struct spk_view text,
                            struct spk_error *err)
{
    spk_buf_append(&builder->text, text);
    return check_growth(builder, err);
}

/* Length of the wide white space character at the start of the text, as Python's isspace sees it.
 */
static size_t wide_space_at(struct spk_view text)
{
    static const char *const wide[] = {"\xc2\x85", "\xc2\xa0", "\u1680", "\u2000", "\u2001",
                                       "\u2002",   "\u2003",   "\u2004", "\u2005", "\u2006",
                                       "\u2007",   "\u2008",   "\u2009", "\u200a", "\u2028",
                                       "\u2029",   "\u202f",   "\u205f", "\u3000"};
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (spk_view_starts(text, spk_view_of(wide[i])))
            return strlen(wide[i]);
    }
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r'); /* XML has no other ones below 0x80 */
}

static bool is_wide(char c)
{
    return (unsigned char)c >= 0x80;
}

static size_t space_at_start(struct spk_view text)
{
    if (text.len == 0)
        return 0;
    return is_wide(text.at[0]) ? wide_space_at(text) : is_space(text.at[0]);
}

static size_t space_at_end(struct spk_view text)
{
    if (text.len == 0)
        return 0;
    if (!is_wide(text.at[text.len - 1]))
        return is_space(text.at[text.len - 1]);
    for (size_t width = 2; width <= 3 && width <= text.len; width++) {
        if (wide_space_at(spk_view_slice(text, text.len - width, text.len)) == width)
            return width;
    }
    return 0;
}

static struct spk_view strip(struct spk_view text)
{
    for (size_t space = 0; (space = space_at_start(text)) > 0;)
        text = spk_view_slice(text, space, text.len);
    for (size_t space = 0; (space = space_at_end(text)) > 0;)
        text.len -= space;
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
