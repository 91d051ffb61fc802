#ifndef SPK_APP_PARTS_H
#define SPK_APP_PARTS_H
/* Opens what a flow works with, as the project's files say: storage, object stores, warehouse. */
#include "base/map.h"
#include "command.h"
#include "flow/flow.h"
#include "objstore/objstore.h"
#include "warehouse/warehouse.h"

struct spk_parts {
    struct spk_project *project;
    struct spk_storage *storage;
    struct spk_objstore *transient;
    struct spk_warehouse *warehouse; /* opened when it is first asked for */
    struct spk_map raw;              /* platform -> struct spk_objstore * */
    struct spk_view locked;          /* platform whose lock is held, or empty */
    struct spk_flow_parts flow;
    struct spk_arena arena; /* of the command */
};

/* A command that works on a project. */
struct spk_parts_job {
    void *words;              /* zero bytes, to be filled as the command's options say */
    struct spk_view *project; /* the member of words that names the folder */
    spk_rc (*work)(void *words, struct spk_parts *parts, struct spk_error *err);
};
/* Parses the words, opens the parts, works and closes them; the exit status. */
int spk_parts_command(const struct spk_command *command, const struct spk_parts_job *job,
                      char **argv, struct spk_error *err);

#define SPK_PARTS_PROJECT_OPTION(at)                                                               \
    {.name = "project",                                                                            \
     .type = SPK_OPTION_STRING,                                                                    \
     .offset = (at),                                                                               \
     .placeholder = "DIR",                                                                         \
     .help = "folder of spike.yaml; the current one or above where not given"}
#define SPK_PARTS_RUN_OPTION(at)                                                                   \
    {.name = "run",                                                                                \
     .type = SPK_OPTION_STRING,                                                                    \
     .flags = SPK_OPTION_REQUIRED,                                                                 \
     .offset = (at),                                                                               \
     .placeholder = "ID",                                                                          \
     .help = "the run"}

/* parts: zero bytes but for the arena. folder NULL: spike.yaml of the current folder or above.
 * Closes what it opened where it fails. */
spk_rc spk_parts_open(struct spk_parts *parts, const char *folder, struct spk_error *err);
void spk_parts_close(struct spk_parts *parts); /* lets go of the lock too */
/* Takes the platform's lock; ETRANSIENT names who holds it. */
spk_rc spk_parts_lock(struct spk_parts *parts, struct spk_view platform, struct spk_error *err);
/* The run of an id; ECONFIG where there is none. Texts in `arena`. */
spk_rc spk_parts_run(struct spk_parts *parts, struct spk_view id, struct spk_arena *arena,
                     struct spk_run *run, struct spk_error *err);

#endif
