/* More partitions than are kept: what a cursor remembers, and what its state says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/memory.h"
#include "component_fixture.h"
#include "source/cursor/per_partition.h"

#define DAYS                                                                                       \
    "{type: DatetimeBasedCursor, cursor_field: at, datetime_format: '%Y-%m-%d', "                  \
    "start_datetime: '2024-01-01', end_datetime: '2024-01-31'}"

/* A router of so many partitions {"id": from .. to - 1}. */
struct counting_router {
    struct spk_component base;
    int from, to;
};

struct counting_slices {
    struct spk_slices base;
    int next, to;
};

static spk_rc next(struct spk_slices *base, struct spk_arena *arena, struct spk_slice *slice,
                   bool *more, struct spk_error *err)
{
    struct counting_slices *self = (struct counting_slices *)base;
    *more = self->next < self->to;
    if (*more) {
        slice->partition = spk_dict_new(arena);
        spk_set(slice->partition, "id", spk_int(self->next++));
        spk_slice_finish(slice, arena);
    }
    return SPK_OK;
}

static void destroy(struct spk_slices *base)
{
    free(base);
}

static const struct spk_slices_ops slices_ops = {.next = next, .destroy = destroy};

static spk_rc open_router(struct spk_component *base, struct spk_value state,
                          struct spk_slices **out, struct spk_error *err)
{
    const struct counting_router *router = (const struct counting_router *)base;
    struct counting_slices *slices = spk_memory_zalloc(sizeof(*slices));
    *slices = (struct counting_slices){{&slices_ops}, router->from, router->to};
    *out = &slices->base;
    return SPK_OK;
}

static spk_rc options(struct spk_component *base, const struct spk_scope *scope,
                      struct spk_request_options *out, struct spk_error *err)
{
    return SPK_OK;
}

static const struct spk_router_ops router_ops = {.open = open_router, .options = options};
static const struct spk_component_type router_type = {.ops = &router_ops, .kind = SPK_KIND_ROUTER};

struct run {
    struct fixture f;
    struct counting_router router;
    struct spk_cursor *cursor;
    struct spk_slices *slices;
    size_t most; /* partitions remembered at once */
    size_t emitted;
};

static struct spk_per_partition *partitions_of(struct run *run)
{
    return (struct spk_per_partition *)run->cursor;
}

static void begin(struct run *run, int from, int to, struct spk_value (*state)(struct spk_arena *))
{
    *run = (struct run){.router = {.base = {.type = &router_type}, .from = from, .to = to}};
    fixture_init(&run->f, NULL, NULL);
    struct spk_component *cursor = fixture_build(&run->f, DAYS, SPK_KIND_CURSOR);
    struct spk_arena arena = {0};
    struct spk_value given = state ? state(&arena) : (struct spk_value){0};
    assert_int_equal(SPK_OPS(cursor, cursor_type)
                         ->start(cursor, &run->router.base, given, &run->cursor, &run->f.err),
                     SPK_OK);
    spk_arena_deinit(&arena);
    assert_int_equal(run->cursor->ops->slices(run->cursor, &run->slices, &run->f.err), SPK_OK);
}

static void end(struct run *run)
{
    run->slices->ops->destroy(run->slices);
    run->cursor->ops->destroy(run->cursor);
    fixture_deinit(&run->f);
}

/* Reads one slice, which has one record. False at the end. */
static bool read_one(struct run *run, struct spk_arena *arena, const char **start)
{
    struct spk_cursor *cursor = run->cursor;
    struct spk_slice slice = {0};
    bool more = false, emit = false;
    assert_int_equal(run->slices->ops->next(run->slices, arena, &slice, &more, &run->f.err),
                     SPK_OK);
    if (!more)
        return false;
    struct spk_record record = {.arena = arena, .tree = spk_dict_new(arena)};
    spk_set(record.tree, "at", spk_str("2024-01-20"));
    assert_int_equal(cursor->ops->observe(cursor, &slice, &record, &run->f.err), SPK_OK);
    assert_int_equal(cursor->ops->close(cursor, &slice, &emit, &run->f.err), SPK_OK);
    run->emitted += emit;
    struct spk_value from = spk_get(slice.cursor, "start_time");
    *start = spk_arena_strdup(arena, spk_value_text_or(from, ""));
    size_t kept = partitions_of(run)->partitions.len;
    run->most = kept > run->most ? kept : run->most;
    return true;
}

static size_t read_all(struct run *run)
{
    struct spk_arena arena = {0};
    const char *start;
    size_t read = 0;
    while (read_one(run, &arena, &start)) {
        spk_arena_reset(&arena);
        read++;
    }
    spk_arena_deinit(&arena);
    run->cursor->ops->finish(run->cursor);
    return read;
}

static void expect_state(struct run *run, const char *expected)
{
    struct spk_value state = run->cursor->ops->state(run->cursor, &run->f.arena);
    spk_set(state, "lookback_window", spk_int(0)); /* how long the run took */
    assert_string_equal(fixture_text(&run->f, state), expected);
}

static void ten_thousand_partitions_have_a_state_each(void **unused)
{
    struct run run;
    begin(&run, 0, SPK_PARTITIONS_SWITCH + 1, NULL);
    assert_int_equal(read_all(&run), SPK_PARTITIONS_SWITCH + 1);
    struct spk_value state = run.cursor->ops->state(run.cursor, &run.f.arena);
    assert_int_equal(spk_list_len(spk_get(state, "states")), SPK_PARTITIONS_SWITCH + 1);
    assert_int_equal(run.emitted, 1); /* the first; the next is due after ten minutes */
    end(&run);
}

static void more_have_one_state_together(void **unused)
{
    struct run run;
    begin(&run, 0, SPK_PARTITIONS_SWITCH + 2, NULL);
    assert_int_equal(read_all(&run), SPK_PARTITIONS_SWITCH + 2);
    expect_state(&run, "{\"use_global_cursor\":true,\"state\":{\"at\":\"2024-01-20\"},"
                       "\"lookback_window\":0}");
    end(&run);
}

static void any_number_of_partitions_takes_bounded_room(void **unused)
{
    struct run run;
    begin(&run, 0, 4 * SPK_PARTITIONS_LIMIT, NULL);
    assert_int_equal(read_all(&run), 4 * SPK_PARTITIONS_LIMIT);
    assert_true(run.most <= SPK_PARTITIONS_LIMIT);
    assert_int_equal(partitions_of(&run)->reading_len, 0);
    end(&run);
}

/* Partitions 0 .. LIMIT - 1 were read up to the 15th, all together up to the 10th. */
static struct spk_value long_state(struct spk_arena *arena)
{
    struct spk_value states = spk_list_new(arena), state = spk_dict_new(arena),
                     global = spk_dict_new(arena);
    for (int i = 0; i < SPK_PARTITIONS_LIMIT; i++) {
        struct spk_value item = spk_dict_new(arena), key = spk_dict_new(arena),
                         cursor = spk_dict_new(arena);
        spk_set(key, "id", spk_int(i));
        spk_set(cursor, "at", spk_str("2024-01-15"));
        spk_set(item, "partition", key);
        spk_set(item, "cursor", cursor);
        spk_list_append(states, item);
    }
    spk_set(global, "at", spk_str("2024-01-10"));
    spk_set(state, "states", states);
    spk_set(state, "state", global);
    return state;
}

static void the_oldest_that_wait_are_dropped_and_start_from_the_global_state(void **unused)
{
    struct run run;
    struct spk_arena arena = {0};
    const char *start = NULL;
    begin(&run, 0, 1, long_state);
    assert_true(read_one(&run, &arena, &start));
    assert_string_equal(start, "2024-01-10");
    end(&run);
    begin(&run, SPK_PARTITIONS_LIMIT - 1, SPK_PARTITIONS_LIMIT + 1, long_state);
    assert_true(read_one(&run, &arena, &start));
    assert_string_equal(start, "2024-01-15");
    assert_true(read_one(&run, &arena, &start));
    assert_string_equal(start, "2024-01-10");
    assert_true(run.most <= SPK_PARTITIONS_LIMIT);
    end(&run);
    spk_arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_partitions_have_a_state_each),
        cmocka_unit_test(more_have_one_state_together),
        cmocka_unit_test(any_number_of_partitions_takes_bounded_room),
        cmocka_unit_test(the_oldest_that_wait_are_dropped_and_start_from_the_global_state)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
