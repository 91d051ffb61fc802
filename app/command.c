#include "command.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

void spk_command_complain(const struct spk_error *err)
{
    struct spk_buf text = {0};
    if (!err->text[0])
        return;
    spk_buf_printf(&text, "spike: %s\n", err->text);
    if (err->hint[0])
        spk_buf_printf(&text, "       next: %s\n", err->hint);
    spk_secret_redact(&text);
    fputs(spk_buf_cstr(&text), stderr);
    spk_buf_deinit(&text);
}

void spk_command_help(const struct spk_command *command)
{
    struct spk_buf rows = {0};
    printf("usage: spike %s %s\n%s\n\n", command->name, command->usage, command->help);
    if (command->options) {
        spk_options_help(&rows, command->options);
        fputs(spk_buf_cstr(&rows), stdout);
    }
    spk_buf_deinit(&rows);
}

int spk_command_end(spk_rc rc, const struct spk_error *err)
{
    if (rc)
        spk_command_complain(err);
    return spk_rc_exit_status(rc);
}

int spk_command_usage(const struct spk_command *command, const struct spk_error *err)
{
    spk_command_complain(err);
    fprintf(stderr, "usage: spike %s %s\n       spike %s --help tells more\n", command->name,
            command->usage, command->name);
    return SPK_EXIT_USAGE;
}

bool spk_command_asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}
