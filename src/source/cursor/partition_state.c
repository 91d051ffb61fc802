#include <stdlib.h>

#include "base/memory.h"
#include "per_partition.h"
#include "json/json.h"

/* The state of all partitions: {"use_global_cursor", "states": [{"partition", "cursor"}], "state",
 * "lookback_window", "parent_state"}. */

void spk_partition_key(struct spk_buf *out, struct spk_value partition)
{
    spk_json_write(out, partition, SPK_JSON_SORTED | SPK_JSON_ASCII | SPK_JSON_NAN);
}

void spk_partition_destroy(struct spk_partition *partition)
{
    if (!partition)
        return;
    spk_track_deinit(&partition->track);
    free(partition);
}

struct spk_partition *spk_partition_add(struct spk_per_partition *self, struct spk_view key,
                                        struct spk_value state, struct spk_error *err)
{
    struct spk_partition *partition = spk_memory_zalloc(sizeof(*partition));
    if (spk_track_init(&partition->track, &self->cursor, &self->rules, state, err)) {
        spk_partition_destroy(partition);
        return NULL;
    }
    spk_partition_destroy(spk_map_set(&self->partitions, key, partition));
    self->count++;
    return partition;
}

static spk_rc load_global(struct spk_per_partition *self, struct spk_value state,
                          struct spk_error *err)
{
    struct spk_value value = spk_dict_get(state, self->cursor.field);
    if (!spk_is_defined(value))
        return SPK_OK;
    spk_rc rc = spk_datetime_value(&self->cursor, value, &self->global, err);
    if (rc)
        return spk_error_context(err, rc, "state of all partitions");
    self->new_global = self->global;
    self->has_global = self->has_new_global = true;
    return SPK_OK;
}

static spk_rc load_partition(struct spk_per_partition *self, struct spk_value item,
                             struct spk_error *err)
{
    struct spk_value partition = spk_get(item, "partition");
    struct spk_buf key = {0};
    if (!spk_is(partition, SPK_DICT) || !spk_is(spk_get(item, "cursor"), SPK_DICT))
        return spk_error_set(err, SPK_ECONFIG,
                             "state: each of 'states' needs a 'partition' and a 'cursor'");
    spk_partition_key(&key, partition);
    bool added = spk_partition_add(self, spk_buf_view(&key), spk_get(item, "cursor"), err) != NULL;
    spk_rc rc =
        added ? SPK_OK : spk_error_context(err, SPK_EDATA, "partition %s", spk_buf_cstr(&key));
    spk_buf_deinit(&key);
    return rc;
}

static int64_t whole_seconds(struct spk_value value)
{
    int64_t seconds = 0;
    if (spk_is(value, SPK_INT))
        return value.integer;
    if (spk_is(value, SPK_FLOAT))
        return (int64_t)value.number;
    if (spk_is(value, SPK_STRING) &&
        spk_parse_i64(value.text, 0, INT64_MAX / SPK_SECOND_US, &seconds))
        return seconds;
    return 0;
}

/* Texts of the state that tracks keep are borrowed: the state is copied first. */
static spk_rc load_parts(struct spk_per_partition *self, struct spk_error *err)
{
    struct spk_value states = spk_get(self->given, "states");
    struct spk_value global = spk_get(self->given, "state");
    spk_rc rc = SPK_OK;
    self->use_global = spk_value_truthy(spk_get(self->given, "use_global_cursor"));
    self->lookback_s = whole_seconds(spk_get(self->given, "lookback_window"));
    for (size_t i = 0; !rc && spk_is(states, SPK_LIST) && i < spk_list_len(states); i++)
        rc = load_partition(self, spk_list_at(states, i), err);
    return rc ? rc : load_global(self, global, err);
}

static spk_rc load_start(struct spk_per_partition *self, struct spk_error *err)
{
    if (self->has_global) {
        struct spk_duration lookback = {.us = self->lookback_s * SPK_SECOND_US};
        struct spk_moment from = spk_moment_add(self->global, &lookback, -1);
        self->start_state = spk_dict_new(&self->arena);
        spk_dict_set(self->start_state, self->cursor.field,
                     spk_string(spk_datetime_text(&self->cursor, &self->arena, from)));
    }
    return spk_track_init(&self->global_track, &self->cursor, &self->rules, self->start_state, err);
}

spk_rc spk_per_partition_load(struct spk_per_partition *self, struct spk_value state,
                              struct spk_error *err)
{
    spk_rc rc = SPK_OK;
    if (spk_is(state, SPK_DICT) && spk_dict_len(state) > 0) {
        self->given = spk_value_copy(&self->arena, state);
        bool parts = spk_is_defined(spk_get(self->given, "states")) ||
                     spk_is_defined(spk_get(self->given, "state"));
        rc = parts ? load_parts(self, err) : load_global(self, self->given, err);
        spk_parents_load(self, spk_get(self->given, "parent_state"));
    }
    return rc ? rc : load_start(self, err);
}

static struct spk_value states_of(struct spk_per_partition *self, struct spk_arena *arena)
{
    struct spk_value states = spk_list_new(arena);
    for (size_t i = 0; i < self->partitions.len; i++) {
        const struct spk_map_entry *e = &self->partitions.entries[i];
        const struct spk_partition *partition = e->value;
        struct spk_value key = {0};
        struct spk_json_limits limits = {.allow_nan = true};
        struct spk_value item = spk_dict_new(arena);
        /* Keys are the writer's own JSON: they can always be read. */
        if (spk_json_parse(arena, e->key, &limits, &key, NULL))
            continue;
        spk_set(item, "partition", key);
        spk_set(item, "cursor", spk_track_state(&partition->track, &self->cursor, arena));
        spk_list_append(states, item);
    }
    return states;
}

struct spk_value spk_per_partition_state(struct spk_cursor *base, struct spk_arena *arena)
{
    struct spk_per_partition *self = (struct spk_per_partition *)base;
    struct spk_value state = spk_dict_new(arena);
    pthread_mutex_lock(&self->lock);
    spk_set(state, "use_global_cursor", spk_bool(self->use_global));
    if (!self->use_global)
        spk_set(state, "states", states_of(self, arena));
    if (self->has_global) {
        struct spk_value global = spk_dict_new(arena);
        spk_dict_set(global, self->cursor.field,
                     spk_string(spk_datetime_text(&self->cursor, arena, self->global)));
        spk_set(state, "state", global);
    }
    spk_set(state, "lookback_window", spk_int(self->lookback_s));
    if (self->parent_state)
        spk_set(state, "parent_state", spk_value_copy(arena, self->parent_state->state));
    pthread_mutex_unlock(&self->lock);
    return state;
}
