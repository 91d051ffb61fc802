#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "template/template.h"

/* `spike template eval`: JSON lines {"template","context","now"} in, {"ok",..} out. */

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

extern const struct spk_command spk_template_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    if (argc != 1 || strcmp(argv[0], "eval") != 0)
        return spk_command_usage(&spk_template_command, err);
    return spk_command_end(eval_lines(stdin, stdout, err), err);
}

const struct spk_command spk_template_command = {
    .name = "template",
    .usage = "eval < LINES",
    .help = "evaluate templates: JSON lines {\"template\",\"context\",\"now\"} on stdin",
    .run = run,
};
