#include <stdlib.h>

#include "base/buf.h"
#include "build_internal.h"
#include "options/options.h"
#include "source/source_internal.h"
#include "template/template.h"
#include "yaml/yaml.h"

/* Puts the place in front of what `err` says. */
static spk_rc tell_place(const struct spk_build *build, struct spk_value at, struct spk_error *err)
{
    struct spk_buf path = {0};
    spk_path_print(&path, build->path);
    if (path.len > 0)
        spk_error_context(err, SPK_ECONFIG, "%s", spk_buf_cstr(&path));
    spk_buf_deinit(&path);
    if (at.mark)
        return spk_error_context(err, SPK_ECONFIG, "%s:%u:%u", build->file, spk_mark_line(at.mark),
                                 spk_mark_column(at.mark));
    return spk_error_context(err, SPK_ECONFIG, "%s", build->file);
}

spk_rc spk_build_fail(const struct spk_build *build, struct spk_value at, struct spk_error *err,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, SPK_ECONFIG, format, args);
    va_end(args);
    spk_error_blame_connector(err);
    return tell_place(build, at, err);
}

spk_rc spk_build_refuse(const struct spk_build *build, struct spk_value at, struct spk_error *err,
                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    spk_error_vset(err, SPK_ECONFIG, format, args);
    va_end(args);
    return tell_place(build, at, err);
}

static spk_rc wrong_type(const struct spk_build *build, struct spk_value at, const char *wanted,
                         struct spk_error *err)
{
    return spk_build_fail(build, at, err, "%s is expected, this is a %s", wanted,
                          spk_value_type_name(at));
}

static spk_rc read_enum(const struct spk_build *build, const struct spk_prop *prop,
                        struct spk_value value, int *out, struct spk_error *err)
{
    struct spk_view text = spk_value_text_or(value, "");
    size_t n = 0;
    for (; prop->choices[n]; n++) {
        if (spk_view_is(text, prop->choices[n])) {
            *out = (int)n;
            return SPK_OK;
        }
    }
    struct spk_buf all = {0};
    for (size_t i = 0; i < n; i++)
        spk_buf_printf(&all, "%s%s", i ? ", " : "", prop->choices[i]);
    spk_build_fail(build, value, err, "'%.*s' is none of %s", SPK_FMT(text), spk_buf_cstr(&all));
    spk_buf_deinit(&all);
    return SPK_ECONFIG;
}

static spk_rc read_int(const struct spk_build *build, struct spk_value value, int64_t *out,
                       struct spk_error *err)
{
    if (spk_is(value, SPK_INT))
        *out = value.integer;
    else if (spk_is(value, SPK_FLOAT) && value.number == (double)(int64_t)value.number)
        *out = (int64_t)value.number;
    else if (!spk_is(value, SPK_STRING) || !spk_parse_i64(value.text, INT64_MIN, INT64_MAX, out))
        return wrong_type(build, value, "an integer", err);
    return SPK_OK;
}

static spk_rc read_number(const struct spk_build *build, struct spk_value value, double *out,
                          struct spk_error *err)
{
    if (spk_is(value, SPK_FLOAT))
        *out = value.number;
    else if (spk_is(value, SPK_INT))
        *out = (double)value.integer;
    else if (!spk_is(value, SPK_STRING) || !spk_parse_double(value.text, out))
        return wrong_type(build, value, "a number", err);
    return SPK_OK;
}

static spk_rc read_bool(const struct spk_build *build, struct spk_value value, bool *out,
                        struct spk_error *err)
{
    if (spk_is(value, SPK_BOOL))
        *out = value.boolean;
    else if (spk_is(value, SPK_INT) && (value.integer == 0 || value.integer == 1))
        *out = value.integer == 1;
    else if (!spk_is(value, SPK_STRING) || !spk_parse_bool(value.text, out))
        return wrong_type(build, value, "true or false", err);
    return SPK_OK;
}

/* An interpolated string may be written as any scalar: page_size: 100. A faulty template is told
 * when it is evaluated: manifests carry broken ones that nothing uses. */
static spk_rc read_template(const struct spk_build *build, struct spk_value value,
                            struct spk_template_string **out, struct spk_error *err)
{
    if (spk_is(value, SPK_DICT) || spk_is(value, SPK_LIST))
        return wrong_type(build, value, "text or a template", err);
    struct spk_buf text = {0};
    spk_value_str(&text, value);
    *out = SPK_NEW(build->arena, struct spk_template_string);
    spk_template_string_init(*out, spk_template_parse(build->arena, spk_buf_view(&text), NULL),
                             NULL);
    spk_buf_deinit(&text);
    return SPK_OK;
}

static spk_rc read_tree(const struct spk_build *build, const struct spk_prop *prop,
                        struct spk_value value, struct spk_template_tree **out,
                        struct spk_error *err)
{
    bool mapping = prop->type == SPK_PROP_MAPPING;
    if (mapping && !spk_is(value, SPK_DICT))
        return wrong_type(build, value, "a mapping", err);
    *out = spk_template_tree_parse(
        build->arena, value, mapping ? SPK_TEMPLATE_TREE_MAPPING : SPK_TEMPLATE_TREE_NESTED, NULL);
    return SPK_OK;
}

/* A part of which there is one type may leave it out. */
static spk_rc build_part(const struct spk_build *build, const struct spk_prop *prop,
                         struct spk_value value, struct spk_component **out, struct spk_error *err)
{
    struct spk_value type = spk_get(value, "type");
    if (prop->part && spk_is(value, SPK_DICT) && !spk_is_defined(type)) {
        value = spk_dict_copy(build->arena, value);
        spk_set(value, "type", spk_str(prop->part));
    } else if (prop->part && spk_is_defined(type) &&
               !spk_view_is(spk_value_text_or(type, ""), prop->part)) {
        return spk_build_fail(build, type, err, "a %s is expected here", prop->part);
    }
    return spk_component_build(build, value, prop->kind, out, err);
}

static spk_rc read_components(const struct spk_build *build, const struct spk_prop *prop,
                              struct spk_value value, struct spk_components *out,
                              struct spk_error *err)
{
    bool list = spk_is(value, SPK_LIST);
    size_t n = list ? spk_list_len(value) : 1;
    out->items = spk_arena_array(build->arena, n + 1, sizeof(*out->items));
    for (size_t i = 0; i < n; i++) {
        struct spk_path path = {.parent = build->path, .index = i};
        struct spk_build inner = *build;
        inner.path = list ? &path : build->path;
        spk_rc rc =
            build_part(&inner, prop, list ? spk_list_at(value, i) : value, &out->items[i], err);
        if (rc)
            return rc;
        out->len++;
    }
    return SPK_OK;
}

static spk_rc read_value(const struct spk_build *build, const struct spk_prop *prop,
                         struct spk_value value, void *field, struct spk_error *err)
{
    switch (prop->type) {
    case SPK_PROP_BOOL: return read_bool(build, value, field, err);
    case SPK_PROP_INT: return read_int(build, value, field, err);
    case SPK_PROP_NUMBER: return read_number(build, value, field, err);
    case SPK_PROP_ENUM: return read_enum(build, prop, value, field, err);
    case SPK_PROP_VALUE: *(struct spk_value *)field = value; return SPK_OK;
    case SPK_PROP_TEMPLATE: return read_template(build, value, field, err);
    case SPK_PROP_MAPPING:
    case SPK_PROP_NESTED: return read_tree(build, prop, value, field, err);
    case SPK_PROP_COMPONENT: return build_part(build, prop, value, field, err);
    case SPK_PROP_COMPONENTS: return read_components(build, prop, value, field, err);
    case SPK_PROP_STRING: break;
    }
    if (!spk_is(value, SPK_STRING))
        return wrong_type(build, value, "text", err);
    *(struct spk_view *)field = value.text;
    return SPK_OK;
}

static spk_rc default_value(const struct spk_build *build, const struct spk_prop *prop,
                            struct spk_value *out, struct spk_error *err)
{
    *out = (struct spk_value){0};
    if (!prop->standard)
        return SPK_OK;
    return spk_yaml_parse(build->arena, spk_view_of(prop->standard),
                          &(struct spk_yaml_options){.file = prop->name}, out, err);
}

static spk_rc read_prop(const struct spk_build *build, const struct spk_prop *prop,
                        struct spk_component *self, struct spk_error *err)
{
    struct spk_path path = {.parent = build->path, .key = spk_view_of(prop->name)};
    struct spk_build inner = *build;
    struct spk_value value = spk_get(self->node, prop->name);
    inner.path = &path;
    inner.parent = self;
    if (spk_is_nothing(value)) {
        if (prop->flags & SPK_PROP_REQUIRED)
            return spk_build_fail(build, self->node, err, "%s needs the field '%s' (%s)",
                                  self->type->name, prop->name, prop->help);
        spk_rc rc = default_value(build, prop, &value, err);
        if (rc || !spk_is_defined(value))
            return rc;
    }
    return read_value(&inner, prop, value, (char *)self + prop->offset, err);
}

static spk_rc fill(const struct spk_build *build, struct spk_component *self, struct spk_error *err)
{
    for (const struct spk_prop *prop = self->type->props; prop && prop->name; prop++) {
        spk_rc rc = read_prop(build, prop, self, err);
        if (rc)
            return rc;
    }
    return self->type->finish ? self->type->finish(self, build, err) : SPK_OK;
}

spk_rc spk_component_build(const struct spk_build *build, struct spk_value node,
                           enum spk_component_kind kind, struct spk_component **out,
                           struct spk_error *err)
{
    const struct spk_component_type *type = NULL;
    if (!spk_is(node, SPK_DICT))
        return wrong_type(build, node, "a component (a mapping with a type)", err);
    spk_rc rc = spk_component_type_of(build, node, kind, &type, err);
    if (rc)
        return rc;
    struct spk_component *self = spk_arena_zalloc(build->arena, type->size);
    self->type = type;
    self->source = build->source;
    self->node = node;
    self->parameters = spk_get(node, "$parameters");
    if (!spk_is(self->parameters, SPK_DICT))
        self->parameters = spk_dict_new(build->arena);
    struct spk_build inner = *build;
    if (kind == SPK_KIND_STREAM)
        inner.stream = node;
    rc = fill(&inner, self, err);
    if (rc)
        return rc;
    spk_source_remember(build->source, self);
    *out = self;
    return SPK_OK;
}
