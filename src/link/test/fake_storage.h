#ifndef SPK_LINK_TEST_FAKE_STORAGE_H
#define SPK_LINK_TEST_FAKE_STORAGE_H
/* A storage that knows published files and nothing else. */
#include "storage/storage.h"

enum { FAKE_FILES = 20000 };

struct spk_storage {
    struct spk_published_file files[FAKE_FILES];
    bool linked[FAKE_FILES];
    size_t n;
    spk_rc linked_rc; /* what spk_storage_linked answers */
};

#endif
