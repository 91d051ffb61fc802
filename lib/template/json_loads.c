/* json.loads, which the CDK gives to the templates of some components and to no others. */
#include "template/template_internal.h"
#include "json/json.h"

static spk_rc json_loads(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                         struct spk_value *out)
{
    struct spk_json_limits limits = {.allow_nan = true, .big_float = false};
    struct spk_value text = call->args[0];
    if (text.kind != SPK_STRING)
        return spk_tpl_type_error(s, "the JSON object must be str");
    if (spk_json_parse(s->arena, text.text, &limits, out, NULL))
        return spk_tpl_value_error(s, "json_loads: the text is no JSON");
    return SPK_OK;
}

struct spk_value spk_template_json_loads(struct spk_arena *arena)
{
    static const struct spk_tpl_row row = {"json_loads", "s", json_loads, 0};
    struct spk_tpl_callable *callable = SPK_NEW(arena, struct spk_tpl_callable);
    callable->row = &row;
    return spk_tpl_special(SPK_TPL_CALLABLE, callable);
}
