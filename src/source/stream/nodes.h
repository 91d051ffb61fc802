#ifndef SPK_SOURCE_STREAM_NODES_H
#define SPK_SOURCE_STREAM_NODES_H
/* Stream nodes of the manifest before they are built: which there are, and what is done to them.
 * Shared nodes stay as they are: what changes is copied. Internal to src/source. */
#include "source/component.h"

/* Appends to `nodes` the streams that are written in the manifest; ConditionalStreams are let in
 * where their condition holds. */
spk_rc spk_nodes_add_written(struct spk_source *source, struct spk_value nodes,
                             struct spk_error *err);
/*
 * Appends the streams that the manifest's dynamic_streams make, each with the name of what made it
 * as dynamic_stream_name. Resolvers may send requests. Fails where two of these have one name.
 */
spk_rc spk_nodes_add_dynamic(struct spk_source *source, struct spk_value nodes,
                             struct spk_error *err);
/* The name of the number'th of the manifest's dynamic_streams. */
struct spk_view spk_dynamic_stream_name(struct spk_arena *arena, struct spk_value definition,
                                        size_t number);

struct spk_view spk_node_name(struct spk_value stream);

/* The node with use_cache set on its requester, unless the manifest says false: answers to parents
 * are kept for the run. */
struct spk_value spk_node_with_cache(struct spk_arena *arena, struct spk_value stream);
/* The same for the parents of the stream, but not for theirs. */
struct spk_value spk_node_with_cached_parents(struct spk_arena *arena, struct spk_value stream);
/* A retriever's node whose requester keeps its answers for the run, whatever the manifest says. */
struct spk_value spk_node_with_kept_answers(struct spk_arena *arena, struct spk_value retriever);
/* Whether a stream of the list has a parent of that name. */
bool spk_nodes_have_parent(struct spk_value streams, struct spk_view name);
/* Calls visit for each parent's node until it returns false. */
typedef bool (*spk_parent_visit)(void *context, struct spk_value parent);
void spk_node_each_parent(struct spk_value stream, spk_parent_visit visit, void *context);

/* stream/groups.c: the group of the manifest's stream_groups that a stream is in; empty: none. */
spk_rc spk_stream_group(struct spk_source *source, struct spk_view name, struct spk_view *group,
                        struct spk_error *err);
/* Whether no stream of `nodes` shares its group with a stream that it is made of, which would wait
 * for each other. names: LIST of those that are looked at, or UNDEFINED: all. */
spk_rc spk_stream_groups_check(struct spk_source *source, struct spk_value nodes,
                               struct spk_value names, struct spk_error *err);

#endif
