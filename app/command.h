#ifndef SPK_APP_COMMAND_H
#define SPK_APP_COMMAND_H
/* A command of the program: `spike NAME ...`. Each file app/NAME_command.c defines one; spike.c
 * lists them. A command parses its words, wires the parts and returns the exit status. */
#include "base/arena.h"
#include "base/error.h"
#include "options/options.h"

struct spk_command {
    const char *name;
    const char *usage; /* behind the name: "PLATFORM [--from DAY]" */
    const char *help;  /* one line */
    const struct spk_option *options;
    /* argv: the words behind the name. Errors that were not told yet go into err. */
    int (*run)(int argc, char **argv, struct spk_error *err);
};

/* Prints "spike: TEXT" and the hint on stderr, redacted. */
void spk_command_complain(const struct spk_error *err);
/* --help of a command. */
void spk_command_help(const struct spk_command *command);
/* Complains, if there is something to say, and gives the exit status of rc. */
int spk_command_end(spk_rc rc, const struct spk_error *err);
/* Exit status 2 with the command's usage line. */
int spk_command_usage(const struct spk_command *command, const struct spk_error *err);
/* True when the words ask for help. */
bool spk_command_asks_help(int argc, char **argv);

enum { SPK_EXIT_DONE = 0, SPK_EXIT_FAILED = 1, SPK_EXIT_USAGE = 2, SPK_EXIT_HELD = 3 };

#endif
