#ifndef SPK_TEMPLATE_TEST_GOLDEN_H
#define SPK_TEMPLATE_TEST_GOLDEN_H
/* Reading golden files and comparing values with them. */
#include "value/value.h"

/* Equal kinds too: 1, 1.0 and true differ. */
bool golden_same(struct spk_value a, struct spk_value b);
/* A JSON text, NaN allowed; fails the test where it is none. */
struct spk_value golden_parse(struct spk_arena *arena, struct spk_view text);

#endif
