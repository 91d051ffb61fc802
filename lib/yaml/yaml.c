/* libyaml's events, read into the tree. */
#include "yaml/yaml_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <yaml.h>

enum { DEFAULT_DEPTH = 256, DEFAULT_NODES = 8 << 20, DEFAULT_BYTES = 64 << 20 };

struct reading {
    yaml_parser_t parser;
    struct spk_yaml_tree tree;
    struct spk_view text;
    bool done;
};

static uint32_t mark_of(const yaml_mark_t *mark)
{
    return spk_mark_make((unsigned)mark->line + 1, (unsigned)mark->column + 1);
}

/* libyaml's reader has no mark for a byte that it refuses: count up to it. */
static uint32_t mark_of_offset(struct spk_view text, size_t offset)
{
    unsigned line = 1, column = 1;
    for (size_t i = 0; i < offset && i < text.len; i++) {
        bool ends = text.at[i] == '\n';
        line += ends;
        column = ends ? 1 : column + 1;
    }
    return spk_mark_make(line, column);
}

static const char *syntax_hint(const char *problem)
{
    static const struct {
        const char *part;
        const char *hint;
    } hints[] = {
        {"mapping values are not allowed", "put quotes around a text that holds \": \""},
        {"cannot start any token", "indent with blanks; quote a text that starts with @ or `"},
        {"expected key", "check the indentation of this line against the lines above"},
        {"expected '-'", "check the indentation of this list against the lines above"},
        {"expected ':'", "a key needs a colon and a blank behind it"},
        {"unexpected end of stream", "close the quote or bracket that is still open"},
        {"UTF-8", "save the file as UTF-8"},
        {"control characters", "remove the control character, or write it as \\xNN in quotes"},
    };
    for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
        if (strstr(problem, hints[i].part))
            return hints[i].hint;
    }
    return "check indentation, quotes and brackets near this place";
}

static bool refuse_syntax(struct reading *reading)
{
    const yaml_parser_t *parser = &reading->parser;
    const char *problem = parser->problem ? parser->problem : "cannot be read as YAML";
    uint32_t mark = parser->error == YAML_READER_ERROR
                        ? mark_of_offset(reading->text, parser->problem_offset)
                        : mark_of(&parser->problem_mark);
    const char *context = parser->context ? parser->context : "";
    return spk_yaml_tree_refuse(&reading->tree, mark, syntax_hint(problem), "%s%s%s", problem,
                                *context ? " " : "", context);
}

static bool refuse_tag(struct reading *reading, const char *tag, uint32_t mark)
{
    return spk_yaml_tree_refuse(&reading->tree, mark, "leave the tag out, or quote the text",
                                "the tag \"%.60s\" does not fit here", tag);
}

/* "!" asks for what would be read without a tag and without quotes. */
static const char *tag_or_null(const yaml_char_t *tag)
{
    return tag && strcmp((const char *)tag, "!") != 0 ? (const char *)tag : NULL;
}

static bool read_scalar(struct reading *reading, const yaml_event_t *event)
{
    struct spk_view text = spk_view_make(event->data.scalar.value, event->data.scalar.length);
    const char *tag_name = tag_or_null(event->data.scalar.tag);
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    uint32_t mark = mark_of(&event->start_mark);
    enum spk_yaml_tag tag = SPK_YAML_STR;
    if (tag_name)
        tag = spk_yaml_tag_of(tag_name);
    else if (event->data.scalar.plain_implicit || event->data.scalar.tag)
        tag = spk_yaml_resolve(text);
    bool key_only = tag == SPK_YAML_MERGE || tag == SPK_YAML_VALUE;
    struct spk_value value;
    if (!spk_yaml_construct(reading->tree.arena, key_only ? SPK_YAML_STR : tag, text, &value)) {
        if (tag_name)
            return refuse_tag(reading, tag_name, mark);
        return spk_yaml_tree_refuse(&reading->tree, mark, "put quotes around it if it is a text",
                                    "\"%.*s\" looks like a number or a date but is none",
                                    (int)(text.len > 40 ? 40 : text.len), text.at);
    }
    value.mark = mark;
    if (value.kind == SPK_STRING && (!plain || tag_name))
        value.flags |= SPK_VALUE_QUOTED;
    return spk_yaml_tree_scalar(&reading->tree, value, tag,
                                (const char *)event->data.scalar.anchor);
}

static bool read_sequence(struct reading *reading, const yaml_event_t *event)
{
    const char *tag = tag_or_null(event->data.sequence_start.tag);
    struct spk_value list = spk_list_new(reading->tree.arena);
    list.mark = mark_of(&event->start_mark);
    if (tag && spk_yaml_tag_of(tag) != SPK_YAML_SEQ)
        return refuse_tag(reading, tag, list.mark);
    return spk_yaml_tree_open(&reading->tree, list,
                              (const char *)event->data.sequence_start.anchor);
}

static bool read_mapping(struct reading *reading, const yaml_event_t *event)
{
    const char *tag = tag_or_null(event->data.mapping_start.tag);
    struct spk_value dict = spk_dict_new(reading->tree.arena);
    dict.mark = mark_of(&event->start_mark);
    if (tag && spk_yaml_tag_of(tag) != SPK_YAML_MAP)
        return refuse_tag(reading, tag, dict.mark);
    return spk_yaml_tree_open(&reading->tree, dict, (const char *)event->data.mapping_start.anchor);
}

static bool read_event(struct reading *reading, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT: return read_scalar(reading, event);
    case YAML_SEQUENCE_START_EVENT: return read_sequence(reading, event);
    case YAML_MAPPING_START_EVENT: return read_mapping(reading, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return spk_yaml_tree_close(&reading->tree);
    case YAML_ALIAS_EVENT:
        return spk_yaml_tree_alias(&reading->tree, (const char *)event->data.alias.anchor,
                                   mark_of(&event->start_mark));
    case YAML_DOCUMENT_START_EVENT:
        if (spk_is_defined(reading->tree.root))
            return spk_yaml_tree_refuse(&reading->tree, mark_of(&event->start_mark),
                                        "keep one document in a file: remove this ---",
                                        "a second document starts here");
        return true;
    case YAML_STREAM_END_EVENT: reading->done = true; return true;
    default: return true;
    }
}

static bool read_all(struct reading *reading)
{
    while (!reading->done) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reading->parser, &event))
            return refuse_syntax(reading);
        bool ok = read_event(reading, &event);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return true;
}

static struct spk_yaml_options with_defaults(const struct spk_yaml_options *options)
{
    struct spk_yaml_options full = options ? *options : (struct spk_yaml_options){0};
    if (!full.file)
        full.file = "yaml";
    if (full.max_bytes == 0)
        full.max_bytes = DEFAULT_BYTES;
    if (full.max_depth == 0)
        full.max_depth = DEFAULT_DEPTH;
    if (full.max_nodes == 0)
        full.max_nodes = DEFAULT_NODES;
    return full;
}

static spk_rc fail_size(const struct spk_yaml_options *options, struct spk_error *err)
{
    spk_error_set(err, SPK_ECONFIG, "%s:1:1: larger than %zu bytes", options->file,
                  options->max_bytes);
    spk_error_hint(err, "split the document");
    return SPK_ECONFIG;
}

static spk_rc fail_content(const struct spk_yaml_tree *tree, struct spk_error *err)
{
    spk_error_set(err, SPK_ECONFIG, "%s:%u:%u: %s", tree->options.file,
                  spk_mark_line(tree->problem_mark), spk_mark_column(tree->problem_mark),
                  tree->problem);
    spk_error_hint(err, "%s", tree->hint);
    return SPK_ECONFIG;
}

static spk_rc parse(struct spk_arena *arena, struct spk_view text,
                    const struct spk_yaml_options *options, struct spk_value *out,
                    struct spk_error *err)
{
    struct reading reading = {.tree = {.arena = arena, .options = *options}, .text = text};
    if (!yaml_parser_initialize(&reading.parser))
        return spk_error_set(err, SPK_ESYSTEM, "%s: out of memory", options->file);
    yaml_parser_set_input_string(&reading.parser, (const unsigned char *)(text.at ? text.at : ""),
                                 text.len);
    spk_rc rc = SPK_OK;
    if (read_all(&reading))
        *out = spk_is_defined(reading.tree.root) ? reading.tree.root : spk_null();
    else
        rc = fail_content(&reading.tree, err);
    yaml_parser_delete(&reading.parser);
    spk_yaml_tree_deinit(&reading.tree);
    return rc;
}

spk_rc spk_yaml_parse(struct spk_arena *arena, struct spk_view text,
                      const struct spk_yaml_options *options, struct spk_value *out,
                      struct spk_error *err)
{
    struct spk_yaml_options full = with_defaults(options);
    if (text.len > full.max_bytes)
        return fail_size(&full, err);
    struct spk_error failure = {0}; /* of the text as it is: its places are those of the file */
    struct spk_buf joined = {0};
    spk_rc rc = parse(arena, text, &full, out, &failure);
    if (rc == SPK_ECONFIG && spk_yaml_join_surrogates(text, &joined) &&
        parse(arena, spk_buf_view(&joined), &full, out, NULL) == SPK_OK)
        rc = SPK_OK;
    spk_buf_deinit(&joined);
    if (rc && err)
        *err = failure;
    return rc;
}

static spk_rc fail_file(struct spk_error *err, const char *path)
{
    int errnum = errno;
    spk_error_errno(err, errnum, "%s: cannot be read", path);
    if (err)
        err->rc = SPK_ECONFIG;
    spk_error_hint(err, "check the path and the permissions of the file");
    return SPK_ECONFIG;
}

/* Reads up to `max` bytes and one more, which tells that there are more. */
static bool read_fd(int fd, size_t max, struct spk_buf *buf)
{
    ssize_t got = 1;
    while (got > 0 && buf->len <= max) {
        char *room = spk_buf_reserve(buf, 64 * 1024);
        got = read(fd, room, 64 * 1024);
        if (got > 0)
            buf->len += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    return got >= 0;
}

spk_rc spk_yaml_read_file(struct spk_arena *arena, const char *path,
                          const struct spk_yaml_options *options, struct spk_value *out,
                          struct spk_error *err)
{
    struct spk_yaml_options full = with_defaults(options);
    full.file = path;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_file(err, path);
    struct spk_buf buf = {0};
    spk_rc rc = SPK_OK;
    if (!read_fd(fd, full.max_bytes, &buf))
        rc = fail_file(err, path);
    else
        rc = spk_yaml_parse(arena, spk_buf_view(&buf), &full, out, err);
    close(fd);
    spk_buf_deinit(&buf);
    return rc;
}
