#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "command.h"
#include "template/template.h"
#include "json/json.h"

/*
 * `spike template eval`. With a template: its value, or what is wrong and where. Without one: on a
 * terminal a prompt, otherwise JSON lines {"template","context","now"} in, {"ok",..} out.
 */
struct words {
    struct spk_view command, template, context, now;
};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "command",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(command),
     .help = "eval"},
    {.name = "template",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL,
     .offset = FIELD(template),
     .help = "\"{{ ... }}\"; without it a prompt, or JSON lines where stdin is no terminal"},
    {.name = "context",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(context),
     .placeholder = "JSON|@FILE",
     .help = "variables: {\"config\": {...}, \"record\": {...}}"},
    {.name = "now",
     .type = SPK_OPTION_STRING,
     .offset = FIELD(now),
     .placeholder = "TIME",
     .help = "what the clock says, 2024-01-31T10:00:00Z"},
    SPK_OPTION_END,
};

/* What the lines of a prompt share. */
struct session {
    struct spk_arena arena; /* of the variables */
    struct spk_value variables;
    int64_t now_us;
    bool fixed_now;
};

static spk_rc eval_lines(FILE *in, FILE *out, struct spk_error *err)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    int64_t number = 0;
    spk_rc rc = SPK_OK;
    while (!rc && (len = getline(&line, &cap, in)) >= 0) {
        struct spk_buf answer = {0};
        struct spk_view text = spk_view_trim(spk_view_make(line, (size_t)len));
        number++;
        if (text.len > 0)
            rc = spk_template_eval_line(text, &answer, err);
        if (rc)
            spk_error_context(err, rc, "line %lld", (long long)number);
        else if (text.len > 0)
            fprintf(out, "%s\n", spk_buf_cstr(&answer));
        spk_buf_deinit(&answer);
    }
    free(line);
    return rc;
}

static spk_rc set_context(struct session *s, struct spk_view text, struct spk_error *err)
{
    struct spk_buf file = {0};
    struct spk_value variables;
    spk_rc rc = SPK_OK;
    if (text.len > 0 && text.at[0] == '@') {
        struct spk_view path = spk_view_slice(text, 1, text.len);
        rc = spk_file_read(spk_arena_strdup(&s->arena, path), 0, &file, err);
        text = spk_buf_view(&file);
    }
    if (!rc)
        rc = spk_json_parse(&s->arena, text, NULL, &variables, err);
    if (!rc && !spk_is(variables, SPK_DICT))
        rc = spk_error_set(err, SPK_ECONFIG, "a JSON object is expected: {\"config\": {...}}");
    if (!rc)
        s->variables = variables;
    spk_buf_deinit(&file);
    return rc ? spk_error_context(err, rc, "context") : SPK_OK;
}

static spk_rc set_now(struct session *s, struct spk_view text, struct spk_error *err)
{
    struct spk_civil civil;
    spk_rc rc = spk_iso_parse(text, &civil, err);
    if (rc)
        return spk_error_context(err, rc, "now");
    s->now_us = spk_civil_to_us(&civil);
    s->fixed_now = true;
    return SPK_OK;
}

static void print_value(struct spk_value value)
{
    struct spk_buf text = {0};
    spk_template_write_value(&text, value);
    if (isatty(STDOUT_FILENO))
        printf("%s   (%s)\n", spk_buf_cstr(&text), spk_value_type_name(value));
    else
        printf("%s\n", spk_buf_cstr(&text));
    spk_buf_deinit(&text);
}

/* Prints the value, or complains with a caret under the fault. */
static spk_rc eval_template(const struct session *s, struct spk_view text)
{
    struct spk_arena arena = {0};
    struct spk_template_env env;
    struct spk_error failure = {0};
    struct spk_value value = {0};
    spk_template_env_init(&env, &arena);
    env.now_us = s->now_us;
    env.fixed_now = s->fixed_now;
    struct spk_template *template = spk_template_parse(&arena, text, NULL);
    spk_rc rc = spk_template_env_set_all(&env, s->variables, &failure);
    if (!rc)
        rc = spk_template_eval(template, &env, &value, &failure);
    if (rc) {
        struct spk_buf told = {0};
        spk_template_explain(&told, template, &failure);
        fputs(spk_buf_cstr(&told), stderr);
        spk_buf_deinit(&told);
    } else {
        print_value(value);
    }
    spk_template_env_deinit(&env);
    spk_arena_deinit(&arena);
    return rc;
}

static bool take_word(struct spk_view *line, const char *word)
{
    struct spk_view rest = *line, first = spk_view_cut(&rest, ' ');
    if (!spk_view_is(first, word))
        return false;
    *line = spk_view_trim(rest);
    return true;
}

/* One line of the prompt; false where it was the last. */
static bool answer(struct session *s, struct spk_view line)
{
    struct spk_error err = {0};
    if (line.len == 0)
        return true;
    if (take_word(&line, ":quit"))
        return false;
    if (take_word(&line, ":context"))
        set_context(s, line, &err);
    else if (take_word(&line, ":now"))
        set_now(s, line, &err);
    else if (line.at[0] == ':')
        fputs(":context JSON|@FILE sets the variables, :now TIME the clock, :quit ends\n", stderr);
    else
        eval_template(s, line);
    spk_command_complain(&err);
    return true;
}

static void prompt(struct session *s)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len = 0;
    bool more = true;
    puts("A template a line: {{ now_utc().year + 1 }}. :help tells more, :quit ends.");
    while (more) {
        fputs("template> ", stdout);
        fflush(stdout);
        len = getline(&line, &cap, stdin);
        more = len >= 0 && answer(s, spk_view_trim(spk_view_make(line, (size_t)len)));
    }
    if (len < 0)
        putchar('\n');
    free(line);
}

static spk_rc work(const struct words *words, struct session *s, struct spk_error *err)
{
    s->variables = spk_dict_new(&s->arena);
    spk_rc rc = words->context.len > 0 ? set_context(s, words->context, err) : SPK_OK;
    if (!rc && words->now.len > 0)
        rc = set_now(s, words->now, err);
    if (rc)
        return rc;
    if (words->template.at)
        return eval_template(s, words->template);
    if (!isatty(STDIN_FILENO))
        return eval_lines(stdin, stdout, err);
    prompt(s);
    return SPK_OK;
}

extern const struct spk_command spk_template_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    struct words words = {0};
    struct session s = {0};
    struct spk_arena arena = {0};
    spk_rc rc = spk_options_parse(options, argv, &arena, &words, err);
    int status;
    if (rc || !spk_view_is(words.command, "eval"))
        status = spk_command_usage(&spk_template_command, err);
    else
        status = spk_command_end(work(&words, &s, err), err);
    spk_arena_deinit(&s.arena);
    spk_arena_deinit(&arena);
    return status;
}

const struct spk_command spk_template_command = {
    .name = "template",
    .usage = "eval [\"{{ ... }}\"] [--context JSON|@FILE] [--now TIME]",
    .help =
        "evaluate a template: one, at a prompt, or JSON lines {\"template\",\"context\",\"now\"}",
    .options = options,
    .run = run,
};
