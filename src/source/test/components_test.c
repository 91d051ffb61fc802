/* The tables of properties, and what the builder says of a node that is wrong. */
#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "yaml/yaml.h"

static size_t size_of(enum spk_prop_type type)
{
    switch (type) {
    case SPK_PROP_BOOL: return sizeof(bool);
    case SPK_PROP_INT: return sizeof(int64_t);
    case SPK_PROP_NUMBER: return sizeof(double);
    case SPK_PROP_STRING: return sizeof(struct spk_view);
    case SPK_PROP_ENUM: return sizeof(int);
    case SPK_PROP_VALUE: return sizeof(struct spk_value);
    case SPK_PROP_COMPONENTS: return sizeof(struct spk_components);
    case SPK_PROP_TEMPLATE:
    case SPK_PROP_MAPPING:
    case SPK_PROP_NESTED:
    case SPK_PROP_COMPONENT: break;
    }
    return sizeof(void *);
}

static bool is_choice(const struct spk_prop *prop, struct spk_value value)
{
    for (size_t i = 0; prop->choices[i]; i++) {
        if (spk_view_is(spk_value_text_or(value, ""), prop->choices[i]))
            return true;
    }
    return false;
}

static bool has_type(enum spk_prop_type type, struct spk_value value)
{
    switch (type) {
    case SPK_PROP_BOOL: return spk_is(value, SPK_BOOL);
    case SPK_PROP_INT: return spk_is(value, SPK_INT);
    case SPK_PROP_NUMBER: return spk_is(value, SPK_INT) || spk_is(value, SPK_FLOAT);
    case SPK_PROP_STRING:
    case SPK_PROP_ENUM: return spk_is(value, SPK_STRING);
    case SPK_PROP_MAPPING: return spk_is(value, SPK_DICT);
    case SPK_PROP_COMPONENT: return spk_is(spk_get(value, "type"), SPK_STRING);
    case SPK_PROP_COMPONENTS: return spk_is(value, SPK_LIST);
    case SPK_PROP_TEMPLATE: return !spk_is(value, SPK_DICT) && !spk_is(value, SPK_LIST);
    case SPK_PROP_VALUE:
    case SPK_PROP_NESTED: break;
    }
    return spk_is_defined(value);
}

static void check_default(const struct spk_component_type *type, const struct spk_prop *prop)
{
    struct spk_arena arena = {0};
    struct spk_value value = {0};
    struct spk_error err = {0};
    if (spk_yaml_parse(&arena, spk_view_of(prop->standard), NULL, &value, &err))
        fail_msg("%s.%s: the default is no YAML: %s", type->name, prop->name, err.text);
    if (!has_type(prop->type, value))
        fail_msg("%s.%s: the default '%s' has another type", type->name, prop->name,
                 prop->standard);
    if (prop->type == SPK_PROP_ENUM && !is_choice(prop, value))
        fail_msg("%s.%s: the default '%s' is no choice", type->name, prop->name, prop->standard);
    if (prop->type == SPK_PROP_COMPONENT &&
        !spk_component_find(spk_get(value, "type").text, prop->kind))
        fail_msg("%s.%s: the default '%s' does not exist", type->name, prop->name, prop->standard);
    spk_arena_deinit(&arena);
}

static void check_prop(const struct spk_component_type *type, const struct spk_prop *prop)
{
    if (prop->offset < sizeof(struct spk_component) ||
        prop->offset + size_of(prop->type) > type->size)
        fail_msg("%s.%s: the offset leaves the struct", type->name, prop->name);
    if (!prop->help || !prop->help[0])
        fail_msg("%s.%s: no help", type->name, prop->name);
    if ((prop->type == SPK_PROP_ENUM) != (prop->choices != NULL))
        fail_msg("%s.%s: an ENUM has choices, nothing else does", type->name, prop->name);
    if ((prop->flags & SPK_PROP_REQUIRED) && prop->standard)
        fail_msg("%s.%s: required, and yet with a default", type->name, prop->name);
    for (const struct spk_prop *other = type->props; other < prop; other++) {
        if (strcmp(other->name, prop->name) == 0)
            fail_msg("%s.%s: twice", type->name, prop->name);
        if (prop->offset < other->offset + size_of(other->type) &&
            other->offset < prop->offset + size_of(prop->type))
            fail_msg("%s.%s: lies over %s", type->name, prop->name, other->name);
    }
    if (prop->standard)
        check_default(type, prop);
}

static void every_table_of_properties_is_sound(void **state)
{
    const struct spk_component_type *const *types = spk_component_types();
    for (size_t i = 0; types[i]; i++) {
        const struct spk_component_type *type = types[i];
        assert_true(type->kind < SPK_KIND_COUNT && type->help && type->help[0]);
        assert_true(type->size >= sizeof(struct spk_component));
        assert_ptr_equal(spk_component_find(spk_view_of(type->name), type->kind), type);
        for (const struct spk_prop *prop = type->props; prop && prop->name; prop++)
            check_prop(type, prop);
    }
}

struct fault {
    const char *name; /* a sentence */
    enum spk_component_kind kind;
    const char *yaml;
    const char *text; /* the whole error */
};

static const struct fault faults[] = {
    {"an unknown component lists what exists", SPK_KIND_PAGINATOR, "type: CursorPaginator",
     "test.yaml:1:7: here: no paginator is called 'CursorPaginator'; there are: DefaultPaginator, "
     "NoPagination"},
    {"a custom component is told by its class", SPK_KIND_RECORD_FILTER,
     "type: CustomRecordFilter\nclass_name: source_x.components.Mine",
     "test.yaml:2:13: here: no record filter is called 'source_x.components.Mine'; there are: "
     "RecordFilter"},
    {"a component needs a type", SPK_KIND_DECODER, "encoding: utf-8",
     "test.yaml:1:1: here: a decoder needs a type"},
    {"a component is a mapping", SPK_KIND_DECODER, "JsonDecoder",
     "test.yaml:1:1: here: a component (a mapping with a type) is expected, this is a str"},
    {"a missing field says what it is for", SPK_KIND_EXTRACTOR, "type: DpathExtractor",
     "test.yaml:1:1: here: DpathExtractor needs the field 'field_path' (keys from the body to the "
     "records; * is any key)"},
    {"null counts as missing", SPK_KIND_EXTRACTOR, "{type: DpathExtractor, field_path: null}",
     "test.yaml:1:1: here: DpathExtractor needs the field 'field_path' (keys from the body to the "
     "records; * is any key)"},
    {"text where a list belongs", SPK_KIND_EXTRACTOR, "{type: DpathExtractor, field_path: a}",
     "test.yaml:1:36: here: a path is a list of keys"},
    {"a mapping is no template", SPK_KIND_RECORD_FILTER, "type: RecordFilter\ncondition: {a: b}",
     "test.yaml:2:12: here.condition: text or a template is expected, this is a dict"},
    {"an enum lists its choices", SPK_KIND_REQUEST_OPTION,
     "{type: RequestOption, field_name: a, inject_into: body}",
     "test.yaml:1:51: here.inject_into: 'body' is none of request_parameter, header, body_data, "
     "body_json"},
    {"a faulty child is named with its place", SPK_KIND_ERROR_HANDLER,
     "type: CompositeErrorHandler\nerror_handlers:\n- type: DefaultErrorHandler\n- type: Nothing",
     "test.yaml:4:9: here.error_handlers[1]: no error handler is called 'Nothing'; there are: "
     "CompositeErrorHandler, DefaultErrorHandler, BodyRuleErrorHandler"},
    {"a rule between properties names the component", SPK_KIND_REQUEST_OPTION,
     "{type: RequestOption, inject_into: header}",
     "test.yaml:1:1: here: RequestOption requires either a field_name or field_path"},
};

static void a_faulty_node_is_told_with_its_place(void **state)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
        struct fixture f;
        fixture_init(&f, NULL, NULL);
        struct spk_value node = fixture_yaml(&f, faults[i].yaml);
        if (fixture_try(&f, node, faults[i].kind))
            fail_msg("%s: it was built", faults[i].name);
        assert_string_equal(f.err.text, faults[i].text);
        assert_int_equal(f.err.rc, SPK_ECONFIG);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_table_of_properties_is_sound),
        cmocka_unit_test(a_faulty_node_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
