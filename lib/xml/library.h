#ifndef SPK_XML_LIBRARY_H
#define SPK_XML_LIBRARY_H
/* libxml2, loaded when the first document is read: with all that it needs it would take longer than
 * a whole command that reads none. */
#include <libxml/parserInternals.h>

#include "base/error.h"

#define SPK_XML_FUNCTIONS(F)                                                                       \
    F(CreatePushParserCtxt)                                                                        \
    F(CtxtGetLastError)                                                                            \
    F(CtxtResetPush)                                                                               \
    F(CtxtUseOptions)                                                                              \
    F(FindCharEncodingHandler)                                                                     \
    F(FreeDoc)                                                                                     \
    F(FreeParserCtxt)                                                                              \
    F(ParseChunk)                                                                                  \
    F(SetGenericErrorFunc)                                                                         \
    F(SetStructuredErrorFunc)                                                                      \
    F(StopParser)

struct spk_xml_library {
#define SPK_XML_FUNCTION(name) __typeof__(xml##name) *name;
    SPK_XML_FUNCTIONS(SPK_XML_FUNCTION)
#undef SPK_XML_FUNCTION
};

/* Set by the first load; read-only behind it. */
extern struct spk_xml_library spk_xml_library;

/* For the life of the process. Thread-safe. ESYSTEM where it is missing. */
spk_rc spk_xml_library_load(struct spk_error *err);

#endif
