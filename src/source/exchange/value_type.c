#include "source/exchange.h"
#include "template/template.h"

const char *const spk_value_types[] = {"any", "string", "number", "integer", "boolean", NULL};

unsigned spk_value_type_mask(int value_type)
{
    static const unsigned masks[] = {0, SPK_TEMPLATE_STR, SPK_TEMPLATE_FLOAT, SPK_TEMPLATE_INT,
                                     SPK_TEMPLATE_BOOL};
    return masks[value_type];
}
