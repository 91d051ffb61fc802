#ifndef SPK_OBJSTORE_TEST_STORE_H
#define SPK_OBJSTORE_TEST_STORE_H
/* Stores for tests and short ways to use them; all fail the test where they fail. */
#include "objstore/objstore.h"

struct folder {
    char path[64], url[80];
};

void folder_init(struct folder *folder);
void folder_deinit(struct folder *folder); /* removes it with all that is in it */

struct spk_objstore *open_with(const struct spk_objstore_options *options);
struct spk_objstore *open_url(const char *url, const char *prefix);
void put_text(struct spk_objstore *store, const char *key, const char *text);
bool has(struct spk_objstore *store, const char *key);
/* The object as text, or "(none)". Lives until the next call. */
const char *text_of(struct spk_objstore *store, const char *key);
/* All keys of the store in order, each followed by ' '. Lives until the next call. */
const char *keys_of(struct spk_objstore *store);

#endif
