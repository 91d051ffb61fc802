#ifndef SPK_SOURCE_EXCHANGE_WIRE_H
#define SPK_SOURCE_EXCHANGE_WIRE_H
/* From the parts of a request to what goes over the wire, as python-requests would send it. */
#include "http/http.h"
#include "source/exchange.h"

/* Fills method, url, headers and body of `out` (views in request->arena). Parameters that the URL
 * already has with the same value are left out. EDATA for an object as parameter value, and for two
 * bodies. */
spk_rc spk_wire_encode(const struct spk_request *request, struct spk_http_request *out,
                       struct spk_error *err);
/* The same as templates see it: DICT of method, url, headers (names in any case) and body. */
struct spk_value spk_wire_value(const struct spk_http_request *wire, struct spk_arena *arena);

#endif
