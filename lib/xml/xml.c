/* The whole document as one value. */
#include "xml/xml_internal.h"

enum { DEFAULT_MEMORY = 1 << 30 };

struct document {
    struct spk_xml_builder builder;
    struct spk_value root; /* DICT with one key, once the root element is closed */
};

static spk_rc document_start(void *context, const char *name, const char *const *attributes,
                             struct spk_error *err)
{
    struct document *document = context;
    return spk_xml_builder_start(&document->builder, name, attributes, err);
}

static spk_rc document_text(void *context, struct spk_view text, struct spk_error *err)
{
    struct document *document = context;
    return spk_xml_builder_text(&document->builder, text, err);
}

static spk_rc document_end(void *context, struct spk_error *err)
{
    struct document *document = context;
    struct spk_view name;
    struct spk_value value = spk_xml_builder_pop(&document->builder, &name);
    if (document->builder.depth > 0) {
        spk_xml_builder_attach(&document->builder, name, value);
    } else {
        document->root = spk_dict_new(document->builder.values);
        spk_dict_set(document->root, name, value);
    }
    return SPK_OK;
}

static const struct spk_xml_target document_target = {
    .start = document_start, .text = document_text, .end = document_end};

spk_rc spk_xml_parse(struct spk_arena *arena, struct spk_view text,
                     const struct spk_xml_options *options, struct spk_value *out,
                     struct spk_error *err)
{
    struct document document = {0};
    struct spk_xml_reader reader;
    spk_rc rc = spk_xml_reader_init(&reader, options, &document_target, &document, err);
    if (rc != SPK_OK)
        return rc;
    size_t max_memory = options && options->max_memory ? options->max_memory : DEFAULT_MEMORY;
    spk_xml_builder_init(&document.builder, arena, arena, max_memory);
    rc = spk_xml_reader_push(&reader, text, err);
    if (rc == SPK_OK)
        rc = spk_xml_reader_finish(&reader, err);
    if (rc == SPK_OK)
        *out = document.root;
    spk_xml_builder_deinit(&document.builder);
    spk_xml_reader_deinit(&reader);
    return rc;
}

struct root_search {
    struct spk_arena *arena;
    struct spk_view name;
};

/* The failure is how the search ends: the name is known. */
static spk_rc root_start(void *context, const char *name, const char *const *attributes,
                         struct spk_error *err)
{
    struct root_search *search = context;
    search->name = spk_arena_dup(search->arena, spk_view_of(name));
    return spk_error_set(err, SPK_EDATA, "found");
}

static spk_rc root_text(void *context, struct spk_view text, struct spk_error *err)
{
    return SPK_OK;
}

static spk_rc root_end(void *context, struct spk_error *err)
{
    return SPK_OK;
}

static const struct spk_xml_target root_target = {
    .start = root_start, .text = root_text, .end = root_end};

struct spk_view spk_xml_root_name(struct spk_arena *arena, struct spk_view text,
                                  const struct spk_xml_options *options)
{
    enum { STEP = 4096 };
    struct root_search search = {.arena = arena};
    struct spk_xml_reader reader;
    if (spk_xml_reader_init(&reader, options, &root_target, &search, NULL) != SPK_OK)
        return search.name;
    spk_rc rc = SPK_OK;
    for (size_t at = 0; at < text.len && rc == SPK_OK; at += STEP)
        rc = spk_xml_reader_push(&reader, spk_view_slice(text, at, at + STEP), NULL);
    if (rc == SPK_OK)
        spk_xml_reader_finish(&reader, NULL);
    spk_xml_reader_deinit(&reader);
    return search.name;
}
