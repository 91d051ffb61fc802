#ifndef SPK_SOURCE_PROPERTIES_PROPERTIES_H
#define SPK_SOURCE_PROPERTIES_PROPERTIES_H
/*
 * QueryProperties: the names of the fields that a request asks for, in groups where the API takes
 * only so many at a time. Each group is one request; the parts of a record that they bring are put
 * together by a key. Internal to src/source.
 */
#include "base/map.h"
#include "source/kinds.h"

/* Whether a node of a manifest is a QueryProperties. */
bool spk_is_query_properties(struct spk_value node);
/* QueryProperties of a requester's node: in request_parameters (then *parameter is its name), as
 * fetch_properties_from_endpoint or as query_properties. *out NULL where it has none. */
spk_rc spk_query_properties_build(const struct spk_build *build, struct spk_value requester,
                                  struct spk_view *parameter, struct spk_component **out,
                                  struct spk_error *err);
/* LIST of groups, each a LIST of texts. May read the endpoint that tells them, once. Thread-safe.
 */
spk_rc spk_query_properties_groups(struct spk_component *self, struct spk_arena *arena,
                                   struct spk_value *groups, struct spk_error *err);
/* Whether the records of the groups are put together, and the text that equal ones share; false
 * where this record stands alone. */
bool spk_query_properties_merge_key(struct spk_component *self, struct spk_record *record,
                                    struct spk_buf *key);

/* The parts, which only their parents know. Each NULL where the manifest has none. */

/* Cuts `names` (LIST) into groups that begin with `always`; names that `chosen` lacks are left out.
 */
struct spk_property_names {
    struct spk_value names, always; /* LISTs */
    struct spk_value chosen;        /* DICT by name, or UNDEFINED: all */
};
void spk_property_chunking_cut(struct spk_component *self, const struct spk_property_names *names,
                               struct spk_arena *arena, struct spk_value groups);
bool spk_property_chunking_merge_key(struct spk_component *self, struct spk_value record,
                                     struct spk_buf *key);
/* The names that the endpoint tells: LIST of texts, which lives as long as the component. */
spk_rc spk_properties_from_endpoint_read(struct spk_component *self, struct spk_value *names,
                                         struct spk_error *err);
/* The properties of the stream's schema in the configured catalog, transformed: DICT. UNDEFINED
 * where there is no catalog: in a check, and for parents. */
spk_rc spk_property_selector_select(struct spk_component *self, struct spk_arena *arena,
                                    struct spk_value *chosen, struct spk_error *err);
bool spk_group_by_key(struct spk_component *self, struct spk_value record, struct spk_buf *key);

/* Records by their key, in order of their first part. */
struct spk_merged {
    struct spk_arena arena;
    struct spk_map records; /* key -> struct spk_value *, a DICT */
};
/* Adds the record's fields to those that are there; objects are merged, other values replaced. */
void spk_merged_add(struct spk_merged *merged, struct spk_view key, struct spk_value record);
void spk_merged_deinit(struct spk_merged *merged);

extern const struct spk_component_type spk_type_query_properties;
extern const struct spk_component_type spk_type_properties_from_endpoint;
extern const struct spk_component_type spk_type_property_chunking;
extern const struct spk_component_type spk_type_json_schema_property_selector;
extern const struct spk_component_type spk_type_group_by_key_merge_strategy;

#endif
