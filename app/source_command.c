#include <stddef.h>
#include <unistd.h>

#include "cdk.h"
#include "command.h"
#include "json_file.h"
#include "source/protocol.h"
#include "source/source.h"

/*
 * `spike source`: the Airbyte protocol for a low-code manifest. The words are those of
 * source-declarative-manifest; everything that the command says goes to stdout as messages.
 */
struct words {
    int op, engine;
    struct spk_view manifest, manifest_path, config, catalog, state, components_path;
    bool debug;
};

enum { OP_SPEC, OP_CHECK, OP_DISCOVER, OP_READ };
static const char *const ops[] = {"spec", "check", "discover", "read", NULL};

enum { ENGINE_NATIVE, ENGINE_CDK };
static const char *const engines[] = {"native", "cdk", NULL};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "command",
     .type = SPK_OPTION_ENUM,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(op),
     .choices = ops,
     .help = "spec, check, discover or read"},
    {.name = "manifest",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(manifest),
     .placeholder = "FILE",
     .help = "the connector's manifest.yaml"},
    {.name = "manifest_path",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_HIDDEN,
     .offset = FIELD(manifest_path),
     .help = "the same, as the Python CDK calls it"},
    {.name = "config",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(config),
     .placeholder = "FILE",
     .help = "configuration, JSON"},
    {.name = "catalog",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(catalog),
     .placeholder = "FILE",
     .help = "what to read, JSON"},
    {.name = "state",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(state),
     .placeholder = "FILE",
     .help = "where the last read ended, JSON"},
    {.name = "components_path",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_HIDDEN,
     .offset = FIELD(components_path),
     .help = "Python classes, for --engine cdk; the native engine ignores it"},
    {.name = "engine",
     .type = SPK_OPTION_ENUM,
     .offset = FIELD(engine),
     .choices = engines,
     .standard = "native",
     .help = "native, or cdk: the installed Python CDK, for manifests with Python classes"},
    {.name = "debug",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(debug),
     .help = "one line per request"},
    SPK_OPTION_END,
};

struct session {
    struct words words;
    struct spk_arena arena;
    struct spk_manifest *manifest;
    struct spk_source *source;
    struct spk_airbyte *out;
    struct spk_value config, catalog, state;
};

static spk_rc read_json(struct session *s, struct spk_view path, const char *what,
                        struct spk_value *out, struct spk_error *err)
{
    struct spk_json_file file = {ops[s->words.op], what, path};
    return spk_json_file_read(&file, &s->arena, out, err);
}

/* A file that cannot be read is a failure of each command, also of `check`. */
static spk_rc read_config(struct session *s, struct spk_error *err)
{
    spk_rc rc = read_json(s, s->words.config, "config", &s->config, err);
    if (!rc && !spk_is(s->config, SPK_DICT))
        rc = spk_error_set(err, SPK_ECONFIG, "config %.*s: a JSON object is expected",
                           SPK_FMT(s->words.config));
    return rc;
}

static spk_rc open_source(struct session *s, struct spk_error *err)
{
    struct spk_source_options source_options = {.config = s->config,
                                                .config_file =
                                                    spk_arena_strdup(&s->arena, s->words.config),
                                                .sink = spk_airbyte_sink(s->out)};
    return spk_source_create(s->manifest, &source_options, &s->source, err);
}

static spk_rc do_spec(struct session *s, struct spk_error *err)
{
    struct spk_value spec;
    spk_rc rc = spk_manifest_spec(s->manifest, &s->arena, &spec, err);
    return rc ? rc : spk_airbyte_spec(s->out, spec, err);
}

/* A wrong configuration is an answer of `check`, not its failure; a broken connector is one. */
static bool answers(spk_rc rc, const struct spk_error *err)
{
    return rc == SPK_ECONFIG && err && !err->of_connector;
}

static spk_rc do_check(struct session *s, struct spk_error *err)
{
    struct spk_view message = {0};
    bool ok = false;
    spk_rc rc = open_source(s, err);
    if (!rc) {
        rc = spk_source_check(s->source, &s->arena, &ok, &message, err);
        if (answers(rc, err))
            spk_airbyte_error(s->out, NULL, err, NULL);
    }
    if (answers(rc, err)) {
        message = spk_view_of(err->text);
        rc = SPK_OK;
        ok = false;
    }
    return rc ? rc : spk_airbyte_status(s->out, ok, message, err);
}

static spk_rc do_discover(struct session *s, struct spk_error *err)
{
    struct spk_value catalog;
    spk_rc rc = open_source(s, err);
    if (!rc)
        rc = spk_source_discover(s->source, &s->arena, &catalog, err);
    return rc ? rc : spk_airbyte_catalog(s->out, catalog, err);
}

static spk_rc do_read(struct session *s, struct spk_error *err)
{
    spk_rc rc = open_source(s, err);
    if (!rc)
        rc = read_json(s, s->words.catalog, "catalog", &s->catalog, err);
    if (!rc && s->words.state.len > 0)
        rc = read_json(s, s->words.state, "state", &s->state, err);
    return rc ? rc
              : spk_source_read(s->source, s->catalog, s->state, spk_airbyte_sink(s->out), err);
}

/* The manifest's spec needs no class, and the Python program would tell its own. */
static bool is_for_cdk(const struct words *words)
{
    return words->engine == ENGINE_CDK && words->op != OP_SPEC;
}

static spk_rc become_cdk(const struct words *words, struct spk_view manifest, struct spk_error *err)
{
    struct spk_cdk_call call = {.op = ops[words->op],
                                .manifest = manifest,
                                .config = words->config,
                                .catalog = words->catalog,
                                .state = words->state,
                                .components = words->components_path,
                                .debug = words->debug};
    return spk_cdk_become(&call, err);
}

static spk_rc work(struct session *s, struct spk_error *err)
{
    static spk_rc (*const steps[])(struct session *, struct spk_error *) = {do_spec, do_check,
                                                                            do_discover, do_read};
    struct spk_view file = s->words.manifest.len ? s->words.manifest : s->words.manifest_path;
    if (is_for_cdk(&s->words))
        return become_cdk(&s->words, file, err);
    spk_rc rc = spk_manifest_read(spk_arena_strdup(&s->arena, file), &s->manifest, err);
    if (!rc && s->words.op != OP_SPEC)
        rc = read_config(s, err);
    return rc ? rc : steps[s->words.op](s, err);
}

static spk_rc check_words(const struct words *words, struct spk_error *err)
{
    const char *missing = words->op != OP_SPEC && words->config.len == 0    ? "config"
                          : words->op == OP_READ && words->catalog.len == 0 ? "catalog"
                                                                            : NULL;
    if (!missing)
        return SPK_OK;
    return spk_error_set(err, SPK_ECONFIG, "%s needs --%s FILE", ops[words->op], missing);
}

extern const struct spk_command spk_source_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct session s = {0};
    spk_rc rc = spk_options_parse(options, argv, &s.arena, &s.words, err);
    if (!rc && s.words.manifest.len + s.words.manifest_path.len == 0)
        rc = spk_error_set(err, SPK_ECONFIG, "--manifest FILE is missing");
    if (!rc)
        rc = check_words(&s.words, err);
    if (rc) {
        spk_arena_deinit(&s.arena);
        return spk_command_usage(&spk_source_command, err);
    }
    s.out = spk_airbyte_create(STDOUT_FILENO);
    struct spk_event_sink events = spk_airbyte_event_sink(s.out);
    spk_event_set_sink(&events);
    spk_event_set_level(s.words.debug ? SPK_DEBUG : SPK_INFO);
    rc = work(&s, err);
    if (rc)
        spk_airbyte_error(s.out, NULL, err, NULL);
    spk_event_set_sink(NULL);
    spk_source_destroy(s.source);
    spk_manifest_destroy(s.manifest);
    spk_airbyte_destroy(s.out);
    spk_arena_deinit(&s.arena);
    return spk_rc_exit_status(rc);
}

const struct spk_command spk_source_command = {
    .name = "source",
    .usage = "--manifest FILE {spec|check|discover|read} [--config F] [--catalog F] [--state F]",
    .help = "run a low-code connector; speaks the Airbyte protocol on stdout",
    .options = options,
    .run = run,
};
