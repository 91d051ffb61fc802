#ifndef SPK_PROJECT_TEST_FOLDER_H
#define SPK_PROJECT_TEST_FOLDER_H
/* A project folder that a test fills; gone with folder_remove. */
#include "project/project.h"

struct folder {
    char path[64];
};

void folder_make(struct folder *folder);
/* Creates the folders of `name` too. */
void folder_write(const struct folder *folder, const char *name, const char *text);
void folder_remove(const struct folder *folder);

#endif
