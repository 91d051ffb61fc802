#include <pthread.h>
#include <stddef.h>

#include "properties.h"
#include "source/stream/nodes.h"
#include "template/template.h"

/* PropertiesFromEndpoint: the names are asked for, once. */
struct endpoint_properties {
    struct spk_component base;
    struct spk_value field_path, retriever_node;
    struct spk_component *retriever;
    struct spk_value path; /* LIST of segments */
    pthread_mutex_t lock;  /* guards what follows */
    struct spk_arena arena;
    struct spk_value names; /* UNDEFINED before they were read */
};

enum { MAX_NAMES = 1000000 };

#define FIELD(name) offsetof(struct endpoint_properties, name)

static const struct spk_prop props[] = {
    {.name = "property_field_path",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(field_path),
     .help = "path of the name in the endpoint's records"},
    {.name = "retriever",
     .type = SPK_PROP_VALUE,
     .flags = SPK_PROP_REQUIRED,
     .offset = FIELD(retriever_node),
     .help = "reads the endpoint"},
    SPK_PROP_END,
};

static spk_rc eval_path(struct endpoint_properties *self, const struct spk_build *build,
                        struct spk_error *err)
{
    struct spk_scope scope = {.source = build->source, .arena = build->arena};
    struct spk_value written = self->field_path;
    if (!spk_is(written, SPK_LIST))
        return spk_build_fail(build, written, err, "property_field_path is a list of keys");
    self->path = spk_list_new(build->arena);
    for (size_t i = 0; i < spk_list_len(written); i++) {
        struct spk_template_string template;
        struct spk_value segment;
        struct spk_view text = spk_value_text_or(spk_list_at(written, i), "");
        spk_template_string_init(&template, spk_template_parse(build->arena, text, NULL), NULL);
        spk_rc rc = spk_scope_eval(&scope, &self->base, &template, &segment, err);
        if (rc)
            return rc;
        spk_list_append(self->path, segment);
    }
    return SPK_OK;
}

static spk_rc finish(struct spk_component *base, const struct spk_build *build,
                     struct spk_error *err)
{
    struct endpoint_properties *self = (struct endpoint_properties *)base;
    struct spk_path path = {.parent = build->path, .key = SPK_VIEW("retriever")};
    struct spk_build inner = *build;
    inner.path = &path;
    inner.parent = base;
    /* The stream's name, transformations and schema are not the endpoint's. */
    inner.stream = spk_dict_new(build->arena);
    spk_set(inner.stream, "name", spk_str("dynamic_properties"));
    pthread_mutex_init(&self->lock, NULL);
    spk_rc rc = eval_path(self, build, err);
    if (rc)
        return rc;
    return spk_component_build(&inner,
                               spk_node_with_kept_answers(build->arena, self->retriever_node),
                               SPK_KIND_RETRIEVER, &self->retriever, err);
}

static void close_endpoint(struct spk_component *base)
{
    struct endpoint_properties *self = (struct endpoint_properties *)base;
    spk_arena_deinit(&self->arena);
    pthread_mutex_destroy(&self->lock);
}

const struct spk_component_type spk_type_properties_from_endpoint = {
    .name = "PropertiesFromEndpoint",
    .kind = SPK_KIND_OTHER,
    .size = sizeof(struct endpoint_properties),
    .props = props,
    .finish = finish,
    .close = close_endpoint,
    .help = "property names that an endpoint tells",
};

struct reading {
    const struct endpoint_properties *self;
    struct spk_arena *arena;
    struct spk_value names;
};

static spk_rc on_record(void *context, struct spk_record *record, struct spk_error *err)
{
    struct reading *r = context;
    struct spk_value name = spk_dpath_get(spk_record_tree(record), r->self->path);
    struct spk_buf text = {0};
    if (spk_list_len(r->names) == MAX_NAMES)
        return spk_error_set(err, SPK_EDATA, "more than %d properties", MAX_NAMES);
    if (spk_is_defined(name))
        spk_value_str(&text, name);
    else
        spk_buf_append(&text, SPK_V("[]")); /* what the CDK asks for in its place */
    spk_list_append(r->names, spk_string_dup(r->arena, spk_buf_view(&text)));
    spk_buf_deinit(&text);
    return SPK_OK;
}

/* With the lock held: whoever comes meanwhile waits for the same answer. */
static spk_rc ask(struct endpoint_properties *self, struct spk_error *err)
{
    struct reading r = {.self = self, .arena = &self->arena, .names = spk_list_new(&self->arena)};
    struct spk_evidence evidence = {0};
    struct spk_arena arena = {0};
    struct spk_slice slice = {0};
    spk_slice_finish(&slice, &arena);
    struct spk_slice_read read = {
        .slice = &slice, .record = on_record, .context = &r, .evidence = &evidence};
    spk_rc rc = SPK_OPS(self->retriever, retriever)->read(self->retriever, &read, err);
    spk_arena_deinit(&arena);
    if (rc) {
        spk_arena_reset(&self->arena);
        return spk_error_context(err, rc, "properties of an endpoint");
    }
    self->names = r.names;
    return SPK_OK;
}

spk_rc spk_properties_from_endpoint_read(struct spk_component *base, struct spk_value *names,
                                         struct spk_error *err)
{
    struct endpoint_properties *self = (struct endpoint_properties *)base;
    spk_rc rc = SPK_OK;
    pthread_mutex_lock(&self->lock);
    if (!spk_is_defined(self->names))
        rc = ask(self, err);
    *names = self->names;
    pthread_mutex_unlock(&self->lock);
    return rc;
}
