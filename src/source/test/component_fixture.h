#ifndef SPK_SOURCE_TEST_COMPONENT_FIXTURE_H
#define SPK_SOURCE_TEST_COMPONENT_FIXTURE_H
/* One component, built from YAML, and the scope in which it is asked. Failures end the test. */
#include "source/errors/errors.h"
#include "source/source.h"
#include "source/source_internal.h"

struct fixture {
    struct spk_arena arena;
    struct spk_manifest *manifest;
    struct spk_source *source;
    struct spk_http *http;
    struct spk_evidence evidence;
    struct spk_request request;
    struct spk_response response;
    struct spk_scope scope; /* with `response` once fixture_answer was called */
    struct spk_slice slice;
    struct spk_error err;
};

/* config: JSON, NULL is {}. http: what answers, NULL refuses everything; destroyed at the end. */
void fixture_init(struct fixture *f, const char *config, struct spk_http *http);
void fixture_deinit(struct fixture *f);
struct spk_value fixture_json(struct fixture *f, const char *text);
struct spk_value fixture_yaml(struct fixture *f, const char *text);
struct spk_component *fixture_build(struct fixture *f, const char *yaml,
                                    enum spk_component_kind kind);
/* NULL where the node is wrong; f->err says why. */
struct spk_component *fixture_try(struct fixture *f, struct spk_value node,
                                  enum spk_component_kind kind);
/* The answer that the scope shows from now on. headers: JSON with names in lower case, or NULL. */
void fixture_answer(struct fixture *f, int status, const char *headers, struct spk_view body);
/* The value as JSON, in the fixture's arena. */
const char *fixture_text(struct fixture *f, struct spk_value value);

#endif
