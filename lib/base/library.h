#ifndef SPK_BASE_LIBRARY_H
#define SPK_BASE_LIBRARY_H
/* A shared library that is loaded when it is first needed: what a program has to load before main
 * is most of the time that a short command takes. Stays until the process ends. */
#include "base/error.h"

#include <stddef.h>

struct spk_library_function {
    const char *name;
    void *slot; /* a pointer to a function pointer, which is set */
};

/* ESYSTEM where the library (its soname, "libcurl.so.4") or one of the functions is missing. Call
 * once, under pthread_once. */
spk_rc spk_library_load(const char *soname, const struct spk_library_function *functions,
                        size_t len, struct spk_error *err);

#endif
