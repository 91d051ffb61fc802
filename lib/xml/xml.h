#ifndef SPK_XML_XML_H
#define SPK_XML_XML_H
/*
 * XML to values in the shape of Python's xmltodict: an element is a DICT of its attributes ("@id")
 * and children; text beside them is "#text"; an element with text only is a STRING, an empty one is
 * null; one child is a value, several of one name are a LIST. White space around text is stripped,
 * comments and processing instructions are dropped, names keep their prefix ("soap:Body") and xmlns
 * attributes stay attributes.
 *
 * Nothing is fetched and no entity is expanded but the five of XML and character references: a
 * reference to any other one is EDATA, or dropped where the DOCTYPE names an external subset (which
 * is never read), as expat does. A tag or comment has at most 256 KiB, a CDATA section 16 MiB, an
 * element 4096 attributes, a document 65536 different names. Errors are EDATA "LINE:COLUMN: what".
 * One thread per handle.
 */
#include "value/value.h"

struct spk_xml_options {
    size_t max_bytes;  /* of the document; 0: 1 GiB */
    size_t max_depth;  /* of nesting; 0: 256 */
    size_t max_memory; /* bytes of values held at once; 0: 1 GiB (parse), 64 MiB (rows) */
    /* iconv's name; overrides byte order mark and declaration. NULL: these decide, else UTF-8. */
    const char *encoding;
};

/* The whole document: a DICT with the root element's name as its only key. Texts are copied into
 * the arena. options NULL = defaults. */
spk_rc spk_xml_parse(struct spk_arena *arena, struct spk_view text,
                     const struct spk_xml_options *options, struct spk_value *out,
                     struct spk_error *err);
/* The root element's name, in the arena, whatever comes behind it; empty where the text does not
 * start as XML. Tells an HTML page or a plain sentence from the expected document. */
struct spk_view spk_xml_root_name(struct spk_arena *arena, struct spk_view text,
                                  const struct spk_xml_options *options);

/*
 * Rows: the elements at one path, one at a time, in memory that does not grow with the document.
 *   create; push each chunk as it arrives; finish; destroy.
 */
enum spk_xml_duplicates {
    SPK_XML_LIST,  /* children of one name become a LIST, as in xmltodict */
    SPK_XML_FIRST, /* the first one counts */
    SPK_XML_LAST,  /* the last one counts */
};

struct spk_xml_rows;

struct spk_xml_rows_options {
    struct spk_xml_options xml;
    const struct spk_view *path; /* element names from the root to the row; "*" is any name */
    size_t path_len;             /* 1 .. 32; the views must outlive the handle */
    enum spk_xml_duplicates duplicates; /* inside rows */
    bool strip_attribute_prefix;        /* inside rows: "id" instead of "@id" */
    /* Called for each row while its chunk is pushed. `row` is a DICT, STRING or null and lives
     * until the call returns. An error stops the parse and is returned by push or finish unchanged.
     */
    spk_rc (*row)(void *context, struct spk_value row, struct spk_error *err);
    void *context;
};

/* ECONFIG for an unknown encoding or a bad path. *out is destroyed by the caller. */
spk_rc spk_xml_rows_create(const struct spk_xml_rows_options *options, struct spk_xml_rows **out,
                           struct spk_error *err);
void spk_xml_rows_destroy(struct spk_xml_rows *rows);
/* After a failure every further push and finish fails with the same error. */
spk_rc spk_xml_rows_push(struct spk_xml_rows *rows, struct spk_view chunk, struct spk_error *err);
spk_rc spk_xml_rows_finish(struct spk_xml_rows *rows, struct spk_error *err);
/* The root element's name as soon as it was seen, also after a failure; empty before. */
struct spk_view spk_xml_rows_root(const struct spk_xml_rows *rows);
uint64_t spk_xml_rows_count(const struct spk_xml_rows *rows);
/* What was read so far of the open element at `depth` (0 = root), rows left out: a DICT with its
 * attributes and finished children, UNDEFINED where it has none. For use inside `row`. */
struct spk_value spk_xml_rows_open(const struct spk_xml_rows *rows, size_t depth);
/* The document without its rows, after finish; UNDEFINED before. Lives as long as the handle. */
struct spk_value spk_xml_rows_envelope(const struct spk_xml_rows *rows);

#endif
