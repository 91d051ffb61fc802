#include "source/schema/schema_file.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "jsonschema/jsonschema.h"
#include "json/json.h"

enum { MAX_NODES = 1000000 };

struct document { /* one file of schemas */
    struct spk_arena *arena;
    const char *path;
    struct spk_view folder; /* where its shared/ is, with the '/' */
    struct spk_value root;
    const struct followed *inside; /* the $refs that are being replaced */
    size_t *nodes;                 /* seen so far, by all documents */
    struct spk_error *err;
};

struct followed {
    const struct followed *outer;
    const char *path;
    struct spk_view reference;
};

static spk_rc expand(const struct document *document, struct spk_value node, struct spk_value *out);

static struct spk_view folder_of(struct spk_view path)
{
    size_t end = path.len;
    while (end > 0 && path.at[end - 1] != '/')
        end--;
    return spk_view_slice(path, 0, end);
}

static spk_rc parse(struct document *document)
{
    struct spk_buf text = {0};
    spk_rc rc = spk_file_read(document->path, 0, &text, document->err);
    if (rc == SPK_OK)
        rc = spk_json_parse(document->arena, spk_buf_view(&text), NULL, &document->root,
                            document->err);
    spk_buf_deinit(&text);
    if (rc == SPK_EDATA)
        spk_error_context(document->err, rc, "%s", document->path);
    return rc;
}

/* The document that a $ref names before its '#', read where it is another one. */
static spk_rc open_other(const struct document *document, struct spk_view name,
                         struct document *other)
{
    *other = *document;
    if (name.len == 0)
        return SPK_OK;
    other->path = spk_arena_printf(document->arena, "%.*sshared/%.*s", SPK_FMT(document->folder),
                                   SPK_FMT(name))
                      .at;
    return parse(other);
}

static bool is_inside(const struct document *document, const struct followed *this)
{
    for (const struct followed *f = document->inside; f; f = f->outer) {
        if (strcmp(f->path, this->path) == 0 && spk_view_equal(f->reference, this->reference))
            return true;
    }
    return false;
}

static spk_rc refuse(const struct document *document, struct spk_view reference, const char *why)
{
    return spk_error_set(document->err, SPK_ECONFIG, "%s: $ref \"%.*s\" leads %s", document->path,
                         SPK_FMT(reference), why);
}

static spk_rc follow(const struct document *document, struct spk_view reference,
                     struct spk_value *out)
{
    struct spk_view rest = reference;
    struct spk_view name = spk_view_cut(&rest, '#');
    struct followed this = {document->inside, document->path, reference};
    struct document other;
    if (is_inside(document, &this))
        return refuse(document, reference, "to itself");
    spk_rc rc = open_other(document, name, &other);
    if (rc)
        return rc;
    struct spk_view pointer = spk_view_slice(reference, name.len, reference.len);
    struct spk_value found = pointer.len ? spk_jsonschema_refer(other.root, pointer) : other.root;
    if (!spk_is_defined(found))
        return refuse(document, reference, "nowhere");
    other.inside = &this;
    rc = expand(&other, found, out);
    if (rc == SPK_OK && spk_is(*out, SPK_DICT))
        spk_dict_remove(*out, SPK_V("definitions"));
    return rc;
}

static spk_rc expand_members(const struct document *document, struct spk_value node,
                             struct spk_value *out)
{
    *out = spk_dict_new(document->arena);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < spk_dict_len(node); i++) {
        struct spk_value member;
        rc = expand(document, node.dict->entries[i].value, &member);
        if (rc == SPK_OK)
            spk_dict_set_value(*out, node.dict->entries[i].key, member);
    }
    return rc;
}

static spk_rc expand_items(const struct document *document, struct spk_value node,
                           struct spk_value *out)
{
    *out = spk_list_new(document->arena);
    spk_rc rc = SPK_OK;
    for (size_t i = 0; rc == SPK_OK && i < spk_list_len(node); i++) {
        struct spk_value item;
        rc = expand(document, spk_list_at(node, i), &item);
        if (rc == SPK_OK)
            spk_list_append(*out, item);
    }
    return rc;
}

static spk_rc expand(const struct document *document, struct spk_value node, struct spk_value *out)
{
    struct spk_value reference = spk_get(node, "$ref");
    *out = node;
    if (++*document->nodes > MAX_NODES)
        return spk_error_set(document->err, SPK_ECONFIG, "%s: more than %d parts of a schema",
                             document->path, MAX_NODES);
    if (spk_is(reference, SPK_STRING))
        return follow(document, reference.text, out);
    if (spk_is(node, SPK_DICT))
        return expand_members(document, node, out);
    return spk_is(node, SPK_LIST) ? expand_items(document, node, out) : SPK_OK;
}

/* The first of the places where the file may be that has it; NULL where none does. */
static const char *locate(const struct spk_schema_place *place, struct spk_arena *arena)
{
    struct spk_view folder = folder_of(place->manifest), path = place->path, stream = place->stream;
    struct spk_view places[2];
    if (spk_view_starts(path, SPK_V("/"))) {
        places[0] = places[1] = spk_arena_dup(arena, path);
    } else if (path.len > 0) {
        places[0] = spk_arena_printf(arena, "%.*s%.*s", SPK_FMT(folder), SPK_FMT(path));
        places[1] = spk_arena_printf(arena, "%.*s../%.*s", SPK_FMT(folder), SPK_FMT(path));
    } else {
        places[0] =
            spk_arena_printf(arena, "%.*sschemas/%.*s.json", SPK_FMT(folder), SPK_FMT(stream));
        places[1] = spk_arena_printf(arena, "%.*s%.*s.json", SPK_FMT(folder), SPK_FMT(stream));
    }
    if (access(places[0].at, F_OK) == 0)
        return places[0].at;
    return access(places[1].at, F_OK) == 0 ? places[1].at : NULL;
}

spk_rc spk_schema_file_read(const struct spk_schema_place *place, struct spk_arena *arena,
                            struct spk_value *schema, struct spk_error *err)
{
    size_t nodes = 0;
    const char *path = locate(place, arena);
    *schema = (struct spk_value){0};
    if (!path)
        return SPK_OK;
    struct document document = {.arena = arena, .path = path, .nodes = &nodes, .err = err};
    document.folder = folder_of(spk_view_of(path));
    spk_rc rc = parse(&document);
    return rc ? rc : expand(&document, document.root, schema);
}
