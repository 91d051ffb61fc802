/* str.isalpha and its like. */
#include "template/methods_internal.h"

enum { IS_ALPHA, IS_ALNUM, IS_DIGIT, IS_SPACE, IS_LOWER, IS_UPPER, IS_TITLE, IS_ASCII, IS_NAME };

static bool char_is(uint32_t code, int op)
{
    switch (op) {
    case IS_ALPHA: return spk_tpl_is_class(code, CLASS_ALPHA);
    case IS_ALNUM: return code != '_' && spk_tpl_is_class(code, CLASS_WORD);
    case IS_DIGIT: return spk_tpl_is_class(code, CLASS_DIGIT);
    case IS_SPACE: return spk_tpl_is_space(code);
    case IS_NAME: return spk_tpl_is_class(code, CLASS_WORD);
    default: return code < 0x80;
    }
}

bool spk_tpl_is_cased(struct spk_view text, bool upper)
{
    bool cased = false;
    const char *end = spk_tpl_end(text);
    for (const char *p = text.at; p < end;) {
        uint32_t code = spk_tpl_text_next(&p, end);
        if (spk_tpl_is_class(code, upper ? CLASS_LOWER : CLASS_UPPER))
            return false;
        cased = cased || spk_tpl_is_class(code, upper ? CLASS_UPPER : CLASS_LOWER);
    }
    return cased;
}

static bool is_title(struct spk_view text)
{
    bool inside = false;
    bool cased = false;
    const char *end = spk_tpl_end(text);
    for (const char *p = text.at; p < end;) {
        uint32_t code = spk_tpl_text_next(&p, end);
        bool upper = spk_tpl_is_class(code, CLASS_UPPER);
        bool lower = spk_tpl_is_class(code, CLASS_LOWER);
        if ((upper && inside) || (lower && !inside))
            return false;
        inside = upper || lower;
        cased = cased || inside;
    }
    return cased;
}

static spk_rc classify(struct spk_tpl_state *s, const struct spk_tpl_call *call,
                       struct spk_value *out)
{
    struct spk_view text = call->self.text;
    int op = call->row->op;
    if (op == IS_LOWER || op == IS_UPPER || op == IS_TITLE) {
        *out = spk_bool(op == IS_TITLE ? is_title(text) : spk_tpl_is_cased(text, op == IS_UPPER));
        return SPK_OK;
    }
    bool all = text.len > 0 || op == IS_ASCII;
    if (op == IS_NAME && text.len && text.at[0] >= '0' && text.at[0] <= '9')
        all = false;
    const char *end = spk_tpl_end(text);
    for (const char *p = text.at; all && p < end;)
        all = char_is(spk_tpl_text_next(&p, end), op);
    *out = spk_bool(all);
    return SPK_OK;
}

const struct spk_tpl_row spk_tpl_methods_str_is[] = {
    {"isalpha", "/", classify, IS_ALPHA},     {"isalnum", "/", classify, IS_ALNUM},
    {"isdigit", "/", classify, IS_DIGIT},     {"isdecimal", "/", classify, IS_DIGIT},
    {"isnumeric", "/", classify, IS_DIGIT},   {"isspace", "/", classify, IS_SPACE},
    {"islower", "/", classify, IS_LOWER},     {"isupper", "/", classify, IS_UPPER},
    {"istitle", "/", classify, IS_TITLE},     {"isascii", "/", classify, IS_ASCII},
    {"isidentifier", "/", classify, IS_NAME}, {0},
};
