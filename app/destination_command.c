#include <stddef.h>
#include <unistd.h>

#include "command.h"
#include "destination/destination.h"
#include "json_file.h"

/* `spike destination`: the Airbyte protocol of a destination. A source's messages come in on stdin;
 * everything that the command says goes to stdout as messages. */
struct words {
    int op;
    struct spk_view config, catalog;
};

enum { OP_SPEC, OP_CHECK, OP_WRITE };
static const char *const ops[] = {"spec", "check", "write", NULL};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "command",
     .type = SPK_OPTION_ENUM,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(op),
     .choices = ops,
     .help = "spec, check or write"},
    {.name = "config",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(config),
     .placeholder = "FILE",
     .help = "configuration, JSON: {\"transient\": \"FOLDER\", ...}, see spec"},
    {.name = "catalog",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(catalog),
     .placeholder = "FILE",
     .help = "the configured catalog that the source reads, JSON"},
    SPK_OPTION_END,
};

struct session {
    struct words words;
    struct spk_arena arena;
    struct spk_destination *destination;
    struct spk_airbyte *out;
};

static spk_rc read_json(struct session *s, struct spk_view path, const char *what,
                        struct spk_value *out, struct spk_error *err)
{
    struct spk_json_file file = {ops[s->words.op], what, path};
    return spk_json_file_read(&file, &s->arena, out, err);
}

static spk_rc do_spec(struct session *s, struct spk_error *err)
{
    return spk_airbyte_spec(s->out, spk_destination_spec(&s->arena), err);
}

/* What is wrong with the settings or the folder is an answer of `check`, not its failure. */
static spk_rc do_check(struct session *s, struct spk_error *err)
{
    struct spk_error failure = {0};
    struct spk_value config;
    spk_rc rc = read_json(s, s->words.config, "config", &config, err);
    if (rc)
        return rc;
    rc = spk_destination_create(config, &s->destination, &failure);
    if (!rc)
        rc = spk_destination_check(s->destination, &failure);
    return spk_airbyte_status(s->out, rc == SPK_OK, spk_view_of(failure.text), err);
}

static spk_rc do_write(struct session *s, struct spk_error *err)
{
    struct spk_destination_write write = {.input = STDIN_FILENO, .out = s->out};
    struct spk_value config;
    spk_rc rc = read_json(s, s->words.config, "config", &config, err);
    if (!rc)
        rc = spk_destination_create(config, &s->destination, err);
    if (!rc)
        rc = read_json(s, s->words.catalog, "catalog", &write.catalog, err);
    return rc ? rc : spk_destination_write(s->destination, &write, err);
}

extern const struct spk_command spk_destination_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    static spk_rc (*const steps[])(struct session *, struct spk_error *) = {do_spec, do_check,
                                                                            do_write};
    struct session s = {0};
    spk_rc rc = spk_options_parse(options, argv, &s.arena, &s.words, err);
    if (rc) {
        spk_arena_deinit(&s.arena);
        return spk_command_usage(&spk_destination_command, err);
    }
    s.out = spk_airbyte_create(STDOUT_FILENO);
    rc = steps[s.words.op](&s, err);
    if (rc)
        spk_airbyte_error(s.out, NULL, err, NULL);
    spk_destination_destroy(s.destination);
    spk_airbyte_destroy(s.out);
    spk_arena_deinit(&s.arena);
    return spk_rc_exit_status(rc);
}

const struct spk_command spk_destination_command = {
    .name = "destination",
    .usage = "{spec|check|write} [--config F] [--catalog F] < MESSAGES",
    .help = "an Airbyte destination: a source's messages become batches in transient storage",
    .options = options,
    .run = run,
};
