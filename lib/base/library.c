#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

spk_rc spk_library_load(const char *soname, const struct spk_library_function *functions,
                        size_t len, struct spk_error *err)
{
    void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        spk_error_set(err, SPK_ESYSTEM, "%s cannot be loaded: %s", soname, dlerror());
        spk_error_hint(err, "install the package that has %s", soname);
        return SPK_ESYSTEM;
    }
    for (size_t i = 0; i < len; i++) {
        void *found = dlsym(library, functions[i].name);
        if (!found)
            return spk_error_set(err, SPK_ESYSTEM, "%s has no function %s", soname,
                                 functions[i].name);
        memcpy(functions[i].slot, &found, sizeof(found));
    }
    return SPK_OK;
}
