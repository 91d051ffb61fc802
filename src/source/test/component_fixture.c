#include "component_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yaml/yaml.h"

#define MANIFEST                                                                                   \
    "version: 6.0.0\ntype: DeclarativeSource\n"                                                    \
    "check: {type: CheckStream, stream_names: []}\n"                                               \
    "spec: {type: Spec, connection_specification: {type: object}}\n"                               \
    "streams: []\n"

void fixture_init(struct fixture *f, const char *config, struct spk_http *http)
{
    *f = (struct fixture){.http = http ? http : spk_http_memory_create(NULL, 0, SPK_HTTP_IN_ORDER)};
    if (spk_manifest_load(SPK_V(MANIFEST), "test.yaml", &f->manifest, &f->err))
        fail_msg("%s", f->err.text);
    struct spk_source_options options = {.config = fixture_json(f, config ? config : "{}"),
                                         .http = f->http};
    if (spk_source_create(f->manifest, &options, &f->source, &f->err))
        fail_msg("%s", f->err.text);
    f->request = (struct spk_request){.method = SPK_V("GET"), .arena = &f->arena};
    f->scope = (struct spk_scope){
        .source = f->source, .evidence = &f->evidence, .slice = &f->slice, .arena = &f->arena};
    spk_slice_finish(&f->slice, &f->arena);
}

void fixture_deinit(struct fixture *f)
{
    spk_json_doc_destroy(f->response.json);
    spk_source_destroy(f->source);
    spk_manifest_destroy(f->manifest);
    spk_http_destroy(f->http);
    spk_arena_deinit(&f->arena);
}

struct spk_value fixture_json(struct fixture *f, const char *text)
{
    struct spk_value value = {0};
    if (spk_json_parse(&f->arena, spk_view_of(text), NULL, &value, &f->err))
        fail_msg("%s: %s", text, f->err.text);
    return value;
}

struct spk_value fixture_yaml(struct fixture *f, const char *text)
{
    struct spk_value value = {0};
    struct spk_yaml_options options = {.file = "test.yaml"};
    if (spk_yaml_parse(&f->arena, spk_view_of(text), &options, &value, &f->err))
        fail_msg("%s: %s", text, f->err.text);
    return value;
}

struct spk_component *fixture_try(struct fixture *f, struct spk_value node,
                                  enum spk_component_kind kind)
{
    struct spk_path path = {.key = SPK_VIEW("here")};
    struct spk_build build = spk_source_build(f->source, &path);
    struct spk_component *component = NULL;
    f->err = (struct spk_error){0};
    spk_rc rc = spk_component_build(&build, node, kind, &component, &f->err);
    return rc ? NULL : component;
}

struct spk_component *fixture_build(struct fixture *f, const char *yaml,
                                    enum spk_component_kind kind)
{
    struct spk_component *component = fixture_try(f, fixture_yaml(f, yaml), kind);
    if (!component)
        fail_msg("%s: %s", yaml, f->err.text);
    return component;
}

void fixture_answer(struct fixture *f, int status, const char *headers, struct spk_view body)
{
    spk_json_doc_destroy(f->response.json);
    f->evidence = (struct spk_evidence){0};
    f->response = (struct spk_response){
        .status = status,
        .url = SPK_V("http://user:secret@api.test/items?key=secret"),
        .body = body,
        .headers = spk_headers_value(&f->arena, fixture_json(f, headers ? headers : "{}")),
        .request = &f->request,
        .evidence = &f->evidence,
        .decoder = fixture_build(f, "type: JsonDecoder", SPK_KIND_DECODER),
        .arena = &f->arena};
    f->scope.response = &f->response;
}

const char *fixture_text(struct fixture *f, struct spk_value value)
{
    struct spk_buf text = {0};
    spk_json_write(&text, value, 0);
    const char *kept = spk_arena_strdup(&f->arena, spk_buf_view(&text));
    spk_buf_deinit(&text);
    return kept;
}
