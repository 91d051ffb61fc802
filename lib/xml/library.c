#include "xml/library.h"

#include <pthread.h>

#include "base/library.h"

struct spk_xml_library spk_xml_library;

static struct spk_error failure;

static void load(void)
{
    static const struct spk_library_function functions[] = {
#define SPK_XML_FUNCTION(name) {"xml" #name, &spk_xml_library.name},
        SPK_XML_FUNCTIONS(SPK_XML_FUNCTION)
#undef SPK_XML_FUNCTION
    };
    spk_library_load("libxml2.so.2", functions, sizeof(functions) / sizeof(functions[0]), &failure);
}

spk_rc spk_xml_library_load(struct spk_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (failure.rc && err)
        *err = failure;
    return failure.rc;
}
