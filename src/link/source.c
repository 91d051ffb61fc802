/* The published files of a platform, as the external table will see them. */
#include <stdlib.h>

#include "link/link_internal.h"
#include "objstore/objstore.h"
#include "rawzone/rawzone.h"

/* Enough files per part of the view that a year of many accounts has few parts, and so few that a
 * query for one day looks at few names. Measured in README.md. */
enum { RANGE_FILES = 500 };

static int compare_files(const void *left, const void *right)
{
    const struct spk_link_file *a = left, *b = right;
    int order = spk_view_compare(a->stream, b->stream);
    if (order == 0)
        order = (a->day > b->day) - (a->day < b->day);
    return order ? order : spk_view_compare(a->published->key, b->published->key);
}

static spk_rc fill_file(struct spk_link_source *source, struct spk_objstore *raw,
                        const struct spk_published_file *published, struct spk_link_file *file,
                        struct spk_error *err)
{
    *file = (struct spk_link_file){.published = published, .fresh = true};
    bool ours = spk_rawzone_key_parse(published->key, &file->account, &file->stream, &file->day);
    if (!ours || file->day != published->day)
        return spk_error_set(
            err, SPK_EDATA,
            "published file %.*s does not lie in ACCOUNT/STREAM/YYYY/MM/DD of its day",
            SPK_FMT(published->key));
    file->path = spk_objstore_local_path(raw, published->key, &source->arena);
    if (!spk_view_ends(file->path, published->key)) {
        spk_error_set(err, SPK_ECONFIG,
                      "the raw zone %s has no files that DuckDB can read in place",
                      spk_objstore_describe(raw));
        spk_error_hint(err, "set the platform's raw_url to a folder, file:PATH");
        return SPK_ECONFIG;
    }
    source->root = spk_view_slice(file->path, 0, file->path.len - published->key.len);
    return SPK_OK;
}

static spk_rc mark_unlinked(struct spk_link_source *source, struct spk_storage *storage,
                            struct spk_error *err)
{
    const struct spk_file_query query = {.platform = source->platform, .unlinked_only = true};
    struct spk_file_list unlinked = {0};
    spk_rc rc = spk_storage_published(storage, &query, &source->arena, &unlinked, err);
    for (size_t i = 0; rc == SPK_OK && i < unlinked.n; i++) {
        struct spk_link_file *file = spk_map_get(&source->by_key, unlinked.items[i].key);
        if (file)
            file->unlinked = true;
    }
    return rc;
}

spk_rc spk_link_source_load(struct spk_link_source *source, const struct spk_link_parts *parts,
                            struct spk_error *err)
{
    const struct spk_file_query query = {.platform = parts->platform->name};
    struct spk_file_list published = {0};
    *source = (struct spk_link_source){.platform = parts->platform->name};
    spk_rc rc = spk_storage_published(parts->storage, &query, &source->arena, &published, err);
    if (rc != SPK_OK)
        return rc;
    source->files = spk_arena_array(&source->arena, published.n, sizeof(*source->files));
    for (size_t i = 0; i < published.n; i++) {
        rc = fill_file(source, parts->raw, &published.items[i], &source->files[i], err);
        if (rc != SPK_OK)
            return rc;
    }
    source->n = published.n;
    if (source->n > 0)
        qsort(source->files, source->n, sizeof(*source->files), compare_files);
    for (size_t i = 0; i < source->n; i++)
        spk_map_set(&source->by_key, source->files[i].published->key, &source->files[i]);
    return mark_unlinked(source, parts->storage, err);
}

void spk_link_source_deinit(struct spk_link_source *source)
{
    spk_map_deinit(&source->by_key);
    spk_arena_deinit(&source->arena);
    *source = (struct spk_link_source){0};
}

static bool same_stream(const struct spk_link_source *source, size_t a, size_t b)
{
    return spk_view_equal(source->files[a].stream, source->files[b].stream);
}

/* The end of the day that begins at `from`; *fresh: one of its files is. */
static size_t day_end(const struct spk_link_source *source, size_t from, bool *fresh)
{
    size_t to = from;
    *fresh = false;
    while (to < source->n && same_stream(source, from, to) &&
           source->files[to].day == source->files[from].day)
        *fresh |= source->files[to++].fresh;
    return to;
}

bool spk_link_source_next(const struct spk_link_source *source, bool fresh_only,
                          struct spk_link_range *range)
{
    struct spk_link_range next = {range->to, range->to};
    while (next.to < source->n) {
        bool fresh, empty = next.from == next.to;
        size_t end = day_end(source, next.to, &fresh);
        if (fresh_only && !fresh) {
            if (!empty)
                break;
            next.from = next.to = end;
            continue;
        }
        if (!empty && (!same_stream(source, next.from, next.to) || end - next.from > RANGE_FILES))
            break;
        next.to = end;
    }
    *range = next;
    return next.from < next.to;
}
