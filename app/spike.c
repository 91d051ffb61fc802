#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

/* The program: finds the command, runs it, exits with its status. */

extern const struct spk_command spk_run_command, spk_status_command, spk_release_command,
    spk_discard_command, spk_validate_command, spk_sql_command, spk_extract_command,
    spk_inspect_command, spk_gate_command, spk_publish_command, spk_link_command,
    spk_source_command, spk_connector_command, spk_destination_command, spk_template_command;

static const struct spk_command *const commands[] = {
    &spk_run_command,       &spk_status_command,      &spk_release_command,  &spk_discard_command,
    &spk_validate_command,  &spk_sql_command,         &spk_extract_command,  &spk_inspect_command,
    &spk_gate_command,      &spk_publish_command,     &spk_link_command,     &spk_source_command,
    &spk_connector_command, &spk_destination_command, &spk_template_command,
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void print_commands(FILE *out)
{
    fputs("spike " SPK_VERSION
          ": reports of affiliate platforms, from their APIs to your warehouse\n\n"
          "usage: spike COMMAND ...\n\n",
          out);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-11s %s\n", commands[i]->name, commands[i]->help);
    fputs("\n`spike COMMAND --help` tells more. Exit status: 0 done, 1 failed, 2 usage, 3 held by "
          "the\n"
          "gate, 4 a person must act (configuration, credentials), 5 try again later.\n",
          out);
}

static int unknown(const char *word)
{
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *near = spk_nearest(spk_view_of(word), names, COMMANDS);
    fprintf(stderr, "spike: no command is called '%s'", word);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\n       next: spike --help lists them\n", stderr);
    return SPK_EXIT_USAGE;
}

static int run(const struct spk_command *command, int argc, char **argv)
{
    struct spk_error err = {0};
    if (spk_command_asks_help(argc, argv)) {
        spk_command_help(command);
        return SPK_EXIT_DONE;
    }
    return command->run(argc, argv, &err);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2) {
        print_commands(stderr);
        return SPK_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_commands(stdout);
        return SPK_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("spike " SPK_VERSION);
        return SPK_EXIT_DONE;
    }
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0)
            return run(commands[i], argc - 2, argv + 2);
    }
    return unknown(argv[1]);
}
