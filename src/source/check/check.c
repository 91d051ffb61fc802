#include "check.h"

#include "source/stream/stream.h"

void spk_check_say(struct spk_check *check, struct spk_view problem)
{
    if (check->problem.len == 0)
        check->problem = problem;
}

void spk_check_stream(struct spk_check *check, const char *what, struct spk_component *stream)
{
    bool available = false;
    struct spk_view reason = {0};
    spk_stream_available(spk_stream_initial(stream), check->arena, &available, &reason);
    if (!available)
        spk_check_say(check, spk_arena_printf(check->arena, "%s %.*s is not available: %.*s", what,
                                              SPK_FMT(spk_stream_name(stream)), SPK_FMT(reason)));
}

/* A check that cannot be made is the manifest's fault, whatever the config says. */
static spk_rc build_checker(struct spk_source *source, struct spk_value node,
                            struct spk_component **checker, struct spk_error *err)
{
    struct spk_path path = {.key = SPK_VIEW("check")};
    struct spk_build build = spk_source_build(source, &path);
    if (!spk_is_defined(node))
        return spk_build_fail(&build, source->manifest->raw, err, "a manifest needs a check");
    return spk_component_build(&build, node, SPK_KIND_CHECKER, checker, err);
}

spk_rc spk_source_check(struct spk_source *source, struct spk_arena *arena, bool *ok,
                        struct spk_view *message, struct spk_error *err)
{
    struct spk_check check = {.source = source, .arena = arena};
    struct spk_value config = source->config, node;
    bool overridden = false;
    struct spk_component *checker = NULL;
    spk_rc rc = spk_manifest_section(source->manifest, "check", &node, err);
    if (!rc)
        rc = build_checker(source, node, &checker, err);
    if (!rc)
        rc = spk_check_override(source, node, err);
    overridden = source->config.dict != config.dict;
    if (!rc)
        rc = SPK_OPS(checker, checker)->check(checker, &check, err);
    if (overridden) {
        source->config = config;
        spk_source_forget_streams(source);
    }
    if (rc)
        return rc;
    *ok = check.problem.len == 0;
    if (!*ok)
        *message = check.problem;
    return SPK_OK;
}
