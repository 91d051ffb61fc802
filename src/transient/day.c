#include "transient_internal.h"

/* A text that begins with YYYY-MM-DD names a day. */
static bool day_of(struct spk_value value, int32_t *day)
{
    if (!spk_is(value, SPK_STRING) || value.text.len < 10)
        return false;
    if (value.text.len > 10 && value.text.at[10] != 'T' && value.text.at[10] != ' ')
        return false;
    return spk_day_parse(spk_view_slice(value.text, 0, 10), day);
}

/* The one day that all dated values of a dict name; false where there is none or more than one. */
static bool single_day(struct spk_value dict, int32_t *out)
{
    bool any = false;
    for (size_t i = 0; spk_is(dict, SPK_DICT) && i < spk_dict_len(dict); i++) {
        int32_t day;
        if (!day_of(dict.dict->entries[i].value, &day))
            continue;
        if (any && day != *out)
            return false;
        *out = day;
        any = true;
    }
    return any;
}

int32_t spk_slice_day(const struct spk_slice *slice, int32_t fallback)
{
    int32_t day;
    bool windowed = spk_is(slice->cursor, SPK_DICT) && spk_dict_len(slice->cursor) > 0;
    return single_day(windowed ? slice->cursor : slice->partition, &day) ? day : fallback;
}
