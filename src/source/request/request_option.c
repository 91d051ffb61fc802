#include <stddef.h>

#include "options.h"
#include "template/template.h"

/* RequestOption: the place in a request where a value goes. RequestPath: the path itself. */
enum { INTO_PARAMETER, INTO_HEADER, INTO_BODY_DATA, INTO_BODY_JSON };

struct request_option {
    struct spk_component base;
    int inject_into;
    struct spk_template_string *field_name;
    struct spk_value field_path;
    struct spk_template_string **steps;
    size_t step_count;
};

static const char *const places[] = {"request_parameter", "header", "body_data", "body_json", NULL};

#define FIELD(name) offsetof(struct request_option, name)

static const struct spk_prop props[] = {
    {.name = "inject_into",
     .type = SPK_PROP_ENUM,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(inject_into),
     .choices = places,
     .help = "which part of the request"},
    {.name = "field_name",
     .type = SPK_PROP_TEMPLATE,
     .offset = FIELD(field_name),
     .help = "name of the parameter, header or field"},
    {.name = "field_path",
     .type = SPK_PROP_VALUE,
     .offset = FIELD(field_path),
     .help = "path of the field in a JSON body"},
    SPK_PROP_END,
};

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct request_option *self = (struct request_option *)base;
    bool path = spk_is(self->field_path, SPK_LIST) && spk_list_len(self->field_path) > 0;
    if (!self->field_name && !path)
        return spk_build_fail(build, base->node, err,
                              "RequestOption requires either a field_name or field_path");
    if (self->field_name && path)
        return spk_build_fail(build, base->node, err,
                              "Only one of field_name or field_path can be provided");
    if (!path)
        return SPK_OK;
    if (self->inject_into != INTO_BODY_JSON)
        return spk_build_fail(build, self->field_path, err,
                              "field_path is for body_json only; use field_name");
    self->step_count = spk_list_len(self->field_path);
    self->steps = spk_arena_array(build->arena, self->step_count + 1, sizeof(*self->steps));
    for (size_t i = 0; i < self->step_count; i++) {
        struct spk_view text = spk_value_text_or(spk_list_at(self->field_path, i), "");
        self->steps[i] = SPK_NEW(build->arena, struct spk_template_string);
        spk_template_string_init(self->steps[i], spk_template_parse(build->arena, text, NULL),
                                 NULL);
    }
    return SPK_OK;
}

const struct spk_component_type spk_type_request_option = {
    .name = "RequestOption",
    .kind = SPK_KIND_REQUEST_OPTION,
    .size = sizeof(struct request_option),
    .props = props,
    .finish = finish,
    .help = "the place in a request where a value goes",
};

const struct spk_component_type spk_type_request_path = {
    .name = "RequestPath",
    .kind = SPK_KIND_REQUEST_OPTION,
    .size = sizeof(struct spk_component),
    .help = "the value is the path, or the whole URL, of the next request",
};

static spk_rc inject_path(struct request_option *self, const struct spk_scope *scope,
                          struct spk_value target, struct spk_value value, struct spk_error *err)
{
    for (size_t i = 0; i < self->step_count; i++) {
        struct spk_view key;
        spk_rc rc = spk_scope_text(scope, &self->base, self->steps[i], &key, err);
        if (rc)
            return rc;
        if (i + 1 == self->step_count) {
            spk_dict_set(target, key, value);
            break;
        }
        struct spk_value inner = spk_dict_get(target, key);
        if (!spk_is(inner, SPK_DICT)) {
            inner = spk_dict_new(scope->arena);
            spk_dict_set(target, key, inner);
        }
        target = inner;
    }
    return SPK_OK;
}

static struct spk_value dict_of(struct spk_value *slot, struct spk_arena *arena)
{
    if (!spk_is(*slot, SPK_DICT))
        *slot = spk_dict_new(arena);
    return *slot;
}

spk_rc spk_request_option_inject(struct spk_component *option, const struct spk_scope *scope,
                                 struct spk_value value, struct spk_request_options *options,
                                 struct spk_error *err)
{
    if (option->type == &spk_type_request_path) {
        struct spk_buf text = {0};
        spk_value_str(&text, value);
        options->path = spk_arena_dup(scope->arena, spk_buf_view(&text));
        spk_buf_deinit(&text);
        return SPK_OK;
    }
    struct request_option *self = (struct request_option *)option;
    struct spk_value *slots[] = {&options->parameters, &options->headers, &options->body_data,
                                 &options->body_json};
    struct spk_value target = dict_of(slots[self->inject_into], scope->arena);
    if (self->step_count > 0)
        return inject_path(self, scope, target, value, err);
    struct spk_view name;
    spk_rc rc = spk_scope_text(scope, option, self->field_name, &name, err);
    if (!rc)
        spk_dict_set(target, name, value);
    return rc;
}

spk_rc spk_request_options_apart(const struct spk_build *build, struct spk_component *first,
                                 struct spk_component *second, struct spk_error *err)
{
    struct spk_component *options[] = {first, second};
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_request_options made[2];
    struct spk_error clash = {0};
    spk_rc rc = SPK_OK;
    for (int i = 0; !rc && i < 2; i++) {
        spk_request_options_init(&made[i], build->arena);
        if (options[i])
            rc = spk_request_option_inject(options[i], &scope, spk_int(i), &made[i], err);
    }
    if (rc || !spk_request_options_merge(&made[0], &made[1], build->arena, &clash))
        return rc;
    return spk_build_fail(build, second->node, err, "%s", clash.text);
}
