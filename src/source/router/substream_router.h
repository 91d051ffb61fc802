#ifndef SPK_SOURCE_ROUTER_SUBSTREAM_ROUTER_H
#define SPK_SOURCE_ROUTER_SUBSTREAM_ROUTER_H
/* SubstreamPartitionRouter: one partition per record of the parent streams. Internal to src/source.
 */
#include "source/router/router.h"

struct spk_parent_config {
    struct spk_component base;
    struct spk_value stream_node;
    struct spk_template_string *parent_key, *partition_field;
    struct spk_component *request_option;
    struct spk_value extra_fields_node, lazy_read_pointer;
    bool incremental_dependency;
    /* made of the above */
    struct spk_component *stream;
    struct spk_view field;
    struct spk_value key_path;      /* LIST of segments */
    struct spk_value extra_fields;  /* LIST of LISTs of segments */
    struct spk_value embedded_path; /* LIST of segments, empty: the child's records are asked for */
};

struct spk_substream_router {
    struct spk_component base;
    struct spk_components parents; /* struct spk_parent_config */
};

/*
 * router/parent_reader.c: reads the parents in a thread of its own, which waits when it is too far
 * ahead. Destroying the slices ends the thread at the parent's next record or page.
 */
spk_rc spk_parent_slices_open(struct spk_substream_router *router, struct spk_value state,
                              struct spk_slices **out, struct spk_error *err);

#endif
