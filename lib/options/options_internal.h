#ifndef SPK_OPTIONS_INTERNAL_H
#define SPK_OPTIONS_INTERNAL_H
/* One setting: from text or value to a field. Reading and parsing collect fields first and store
 * them when all are right, so that a failure leaves the target untouched. */
#include "options/options.h"

struct spk_option_field {
    bool set;
    union {
        bool boolean;
        int64_t integer; /* INT, BYTES */
        int choice;
        int32_t day;
        double number;
        struct spk_view text;
        struct spk_value value; /* LIST, DICT, VALUE */
    };
};

size_t spk_option_count(const struct spk_option *table);
/* Fields with the defaults of the table, one per option. */
struct spk_option_field *spk_option_fields(const struct spk_option *table, struct spk_arena *arena);
void spk_option_store_all(const struct spk_option *table, const struct spk_option_field *fields,
                          void *target);

/* False where text or value does not suit the option. LIST and DICT take one more item of a text.
 */
bool spk_option_from_text(const struct spk_option *option, struct spk_view text,
                          struct spk_arena *arena, struct spk_option_field *field);
bool spk_option_from_value(const struct spk_option *option, struct spk_value value,
                           struct spk_option_field *field);

/* "must be an integer from 1 to 9, not 'x'"; secrets are not shown. */
struct spk_view spk_option_complaint(const struct spk_option *option, struct spk_value given,
                                     struct spk_arena *arena);
/* A hint that fits the wrong value, where there is one. */
void spk_option_hint_value(const struct spk_option *option, struct spk_value given,
                           struct spk_error *err);
/* "page-size" of page_size. */
struct spk_view spk_option_dashed(struct spk_arena *arena, const char *name);
/* What stands for the value in --help: the option's own placeholder or one by type. */
struct spk_view spk_option_placeholder(struct spk_arena *arena, const struct spk_option *option);
/* ", did you mean NAME?" or nothing. */
struct spk_view spk_option_guess(struct spk_arena *arena, const struct spk_option *table,
                                 struct spk_view word, bool dashed);

#endif
