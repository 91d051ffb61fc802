/*
 * libxml2's push parser. The SAX1 calls are used on purpose: they give names with their prefix and
 * xmlns attributes in their place, which is what expat gives xmltodict.
 */
#include "xml/xml_internal.h"

#include "xml/library.h"

enum { DEFAULT_DEPTH = 256, DEFAULT_BYTES = 1 << 30, PUSH_STEP = 1 << 16 };

/* libxml2 compares each attribute of a tag with all others: the time grows with their square. */
enum { MAX_MARKUP = 1 << 18, MAX_ATTRIBUTES = 4096 };

/* A CDATA section is moved down in its buffer with every push. */
enum { MAX_CDATA = 1 << 24 };

static void stop(struct spk_xml_reader *reader, spk_rc rc)
{
    reader->error.rc = rc;
    spk_xml_library.StopParser(reader->parser);
}

static void fail_here(struct spk_xml_reader *reader, const char *what)
{
    const struct _xmlParserInput *input = reader->parser->input;
    spk_error_set(&reader->error, SPK_EDATA, "%d:%d: %s", input ? input->line : 0,
                  input ? input->col : 0, what);
    stop(reader, SPK_EDATA);
}

static bool has_too_many(const xmlChar **attributes)
{
    size_t n = 0;
    while (attributes && n <= MAX_ATTRIBUTES && attributes[2 * n])
        n++;
    return n > MAX_ATTRIBUTES;
}

static void on_start(void *context, const xmlChar *name, const xmlChar **attributes)
{
    struct spk_xml_reader *reader = context;
    if (reader->error.rc != SPK_OK)
        return;
    if (reader->depth == reader->max_depth) {
        char what[64];
        snprintf(what, sizeof(what), "nested deeper than %zu levels", reader->max_depth);
        fail_here(reader, what);
        return;
    }
    if (has_too_many(attributes)) {
        fail_here(reader, "more attributes than any element has");
        return;
    }
    reader->depth++;
    spk_rc rc = reader->target->start(reader->context, (const char *)name,
                                      (const char *const *)attributes, &reader->error);
    if (rc != SPK_OK)
        stop(reader, rc);
}

static void on_end(void *context, const xmlChar *name)
{
    struct spk_xml_reader *reader = context;
    if (reader->error.rc != SPK_OK)
        return;
    reader->depth--;
    spk_rc rc = reader->target->end(reader->context, &reader->error);
    if (rc != SPK_OK)
        stop(reader, rc);
}

static void on_text(void *context, const xmlChar *text, int len)
{
    struct spk_xml_reader *reader = context;
    if (reader->error.rc != SPK_OK)
        return;
    spk_rc rc =
        reader->target->text(reader->context, spk_view_make(text, (size_t)len), &reader->error);
    if (rc != SPK_OK)
        stop(reader, rc);
}

/* A reference to an entity that only the external subset could define: nothing, as in expat. */
static void on_reference(void *context, const xmlChar *name)
{
}

/* The default handler would build a DOM: only what is named here is called. */
static const xmlSAXHandler handler = {
    .initialized = 1,
    .startElement = on_start,
    .endElement = on_end,
    .characters = on_text,
    .ignorableWhitespace = on_text,
    .cdataBlock = on_text,
    .reference = on_reference,
};

static spk_rc set_encoding(struct spk_xml_reader *reader, const char *encoding,
                           struct spk_error *err)
{
    if (!spk_xml_library.FindCharEncodingHandler(encoding) ||
        spk_xml_library.CtxtResetPush(reader->parser, NULL, 0, NULL, encoding) != 0) {
        spk_error_set(err, SPK_ECONFIG, "xml: unknown encoding \"%s\"", encoding);
        spk_error_hint(err, "name it as iconv does: UTF-8, UTF-16, ISO-8859-1, windows-1252");
        return SPK_ECONFIG;
    }
    return SPK_OK;
}

/* Errors that libxml2 has no parser for (of an encoder's input) would go to stderr;
 * CtxtGetLastError has them too. */
static void no_error(void *context, xmlErrorPtr error)
{
}

static void no_text(void *context, const char *format, ...)
{
}

/* The handlers are those of a thread. */
static void say_nothing(void)
{
    spk_xml_library.SetStructuredErrorFunc(NULL, no_error);
    spk_xml_library.SetGenericErrorFunc(NULL, no_text);
}

spk_rc spk_xml_reader_init(struct spk_xml_reader *reader, const struct spk_xml_options *options,
                           const struct spk_xml_target *target, void *context,
                           struct spk_error *err)
{
    struct spk_xml_options none = {0};
    if (!options)
        options = &none;
    *reader = (struct spk_xml_reader){
        .target = target,
        .context = context,
        .max_bytes = options->max_bytes ? options->max_bytes : DEFAULT_BYTES,
        .max_depth = options->max_depth ? options->max_depth : DEFAULT_DEPTH,
        .mark_left = options->encoding ? 3 : 0,
    };
    xmlSAXHandler sax = handler;
    spk_rc rc = spk_xml_library_load(err);
    if (rc != SPK_OK)
        return rc;
    say_nothing();
    reader->parser = spk_xml_library.CreatePushParserCtxt(&sax, reader, NULL, 0, NULL);
    if (!reader->parser)
        return spk_error_set(err, SPK_ESYSTEM, "xml: out of memory");
    rc = options->encoding ? set_encoding(reader, options->encoding, err) : SPK_OK;
    /* HUGE: the bounds are ours. NOENT: else &amp; in an attribute stays escaped; no other entity
     * is known (the handler has no getEntity), so none is expanded. */
    spk_xml_library.CtxtUseOptions(
        reader->parser, XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOENT | XML_PARSE_NOERROR |
                            XML_PARSE_NOWARNING | (options->encoding ? XML_PARSE_IGNORE_ENC : 0));
    if (rc != SPK_OK)
        spk_xml_reader_deinit(reader);
    return rc;
}

void spk_xml_reader_deinit(struct spk_xml_reader *reader)
{
    if (!reader->parser)
        return;
    if (reader->parser->myDoc) /* libxml2 keeps declared entities in it */
        spk_xml_library.FreeDoc(reader->parser->myDoc);
    reader->parser->myDoc = NULL;
    spk_xml_library.FreeParserCtxt(reader->parser);
    reader->parser = NULL;
}

static void fail_syntax(struct spk_xml_reader *reader)
{
    const xmlError *last = spk_xml_library.CtxtGetLastError(reader->parser);
    int line = last && last->line ? last->line : 1;
    int column = last && last->int2 ? last->int2 : 1;
    struct spk_view what = spk_view_of(last && last->message ? last->message : "not well-formed");
    if (reader->bytes == 0)
        what = SPK_V("the document is empty");
    else if (last && last->code == XML_ERR_DOCUMENT_EMPTY)
        what = SPK_V("not XML: the text does not start with <");
    else if (last && last->code == XML_ERR_DOCUMENT_END && reader->depth > 0)
        what = SPK_V("cut off: an element is still open at the end");
    if (last && last->code == XML_ERR_TAG_NAME_MISMATCH)
        spk_error_set(&reader->error, SPK_EDATA, "%d:%d: <%s> is closed by </%s>", line, column,
                      last->str1, last->str2);
    else
        spk_error_set(&reader->error, SPK_EDATA, "%d:%d: %.*s", line, column,
                      SPK_FMT(spk_view_trim(what)));
}

static spk_rc report(const struct spk_xml_reader *reader, struct spk_error *err)
{
    if (err)
        *err = reader->error;
    return reader->error.rc;
}

/* libxml2 drops the byte order mark only where it finds out the encoding by itself. */
static struct spk_view skip_mark(struct spk_xml_reader *reader, struct spk_view chunk)
{
    static const char mark[] = "\xef\xbb\xbf";
    while (reader->mark_left > 0) {
        if (chunk.len == 0 || *chunk.at != mark[3 - reader->mark_left]) {
            reader->mark_left = chunk.len == 0 ? reader->mark_left : 0;
            break;
        }
        reader->mark_left--;
        chunk = spk_view_slice(chunk, 1, chunk.len);
    }
    return chunk;
}

/* What libxml2 keeps until it has seen the end of it. */
static void check_backlog(struct spk_xml_reader *reader)
{
    const struct _xmlParserInput *input = reader->parser->input;
    if (reader->error.rc != SPK_OK || !input)
        return;
    ptrdiff_t backlog = input->end - input->cur;
    bool in_cdata = reader->parser->instate == XML_PARSER_CDATA_SECTION;
    if (in_cdata && backlog > MAX_CDATA)
        fail_here(reader, "a CDATA section of more than 16 MiB");
    else if (!in_cdata && backlog > MAX_MARKUP)
        fail_here(reader, "a tag, comment or DOCTYPE of more than 256 KiB");
}

static void feed(struct spk_xml_reader *reader, struct spk_view piece, bool last)
{
    spk_xml_library.ParseChunk(reader->parser, piece.at, (int)piece.len, last);
    if (reader->error.rc == SPK_OK && !reader->parser->wellFormed)
        fail_syntax(reader);
    check_backlog(reader);
}

spk_rc spk_xml_reader_push(struct spk_xml_reader *reader, struct spk_view chunk,
                           struct spk_error *err)
{
    if (reader->error.rc == SPK_OK && chunk.len > reader->max_bytes - reader->bytes)
        spk_error_set(&reader->error, SPK_EDATA, "the XML document is larger than %zu bytes",
                      reader->max_bytes);
    chunk = skip_mark(reader, chunk);
    while (reader->error.rc == SPK_OK && chunk.len > 0) {
        struct spk_view piece = spk_view_slice(chunk, 0, PUSH_STEP);
        reader->bytes += piece.len;
        feed(reader, piece, false);
        chunk = spk_view_slice(chunk, piece.len, chunk.len);
    }
    return report(reader, err);
}

spk_rc spk_xml_reader_finish(struct spk_xml_reader *reader, struct spk_error *err)
{
    if (reader->error.rc == SPK_OK)
        feed(reader, (struct spk_view){"", 0}, true);
    return report(reader, err);
}
