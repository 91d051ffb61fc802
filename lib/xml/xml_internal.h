#ifndef SPK_XML_XML_INTERNAL_H
#define SPK_XML_XML_INTERNAL_H
/* reader: libxml2 as a source of three calls. builder: from these calls to values. */
#include "base/map.h"
#include "xml/xml.h"

#include <libxml/parser.h>

/* Who takes what the reader reads. A failure stops the parse and becomes the reader's error. */
struct spk_xml_target {
    /* attributes: name, value, name, value, ..., NULL; or NULL. The names' addresses are the same
     * for the same name throughout a document. */
    spk_rc (*start)(void *context, const char *name, const char *const *attributes,
                    struct spk_error *err);
    spk_rc (*text)(void *context, struct spk_view text, struct spk_error *err);
    spk_rc (*end)(void *context, struct spk_error *err);
};

struct spk_xml_reader {
    xmlParserCtxtPtr parser;
    const struct spk_xml_target *target;
    void *context;
    size_t max_bytes, max_depth;
    size_t bytes, depth;
    unsigned mark_left;     /* bytes of a UTF-8 byte order mark that may still come */
    struct spk_error error; /* rc is not OK after the first failure */
};

/* ECONFIG for an unknown encoding. The reader must not move. */
spk_rc spk_xml_reader_init(struct spk_xml_reader *reader, const struct spk_xml_options *options,
                           const struct spk_xml_target *target, void *context,
                           struct spk_error *err);
void spk_xml_reader_deinit(struct spk_xml_reader *reader);
spk_rc spk_xml_reader_push(struct spk_xml_reader *reader, struct spk_view chunk,
                           struct spk_error *err);
spk_rc spk_xml_reader_finish(struct spk_xml_reader *reader, struct spk_error *err);

/* An element that is open. */
struct spk_xml_frame {
    struct spk_view name;
    struct spk_value item; /* DICT of what came so far, or null */
    size_t text_start;
};

struct spk_xml_name;

struct spk_xml_builder {
    struct spk_arena *values; /* may be changed between elements */
    struct spk_arena *names;
    size_t max_memory, base;
    enum spk_xml_duplicates duplicates;
    bool strip_attribute_prefix;
    struct spk_xml_frame *frames; /* outermost first */
    size_t depth, cap;
    struct spk_buf text; /* of all open elements, one behind the other */
    struct spk_map known_names;
    struct {
        const char *raw;
        const struct spk_xml_name *name;
    } recent[256]; /* by address */
};

void spk_xml_builder_init(struct spk_xml_builder *builder, struct spk_arena *values,
                          struct spk_arena *names, size_t max_memory);
void spk_xml_builder_deinit(struct spk_xml_builder *builder);
spk_rc spk_xml_builder_start(struct spk_xml_builder *builder, const char *name,
                             const char *const *attributes, struct spk_error *err);
spk_rc spk_xml_builder_text(struct spk_xml_builder *builder, struct spk_view text,
                            struct spk_error *err);
/* Closes the innermost element: its name and value, not yet a part of its parent. */
struct spk_value spk_xml_builder_pop(struct spk_xml_builder *builder, struct spk_view *name);
/* Puts a value into the element that is open. */
void spk_xml_builder_attach(struct spk_xml_builder *builder, struct spk_view name,
                            struct spk_value value);

#endif
