/* Interpolated strings, booleans, mappings and typed values, against the CDK's: forms.jsonl,
 * written by tests/oracle/template_goldens.py --forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "golden.h"
#include "template/template.h"
#include "json/json.h"

struct forms {
    struct spk_arena arena; /* of one case */
    struct spk_arena first; /* the variables */
    struct spk_template_env env;
    int passed, failed;
};

static spk_rc eval_boolean(struct forms *f, struct spk_value source, struct spk_value *out)
{
    bool yes = false;
    struct spk_template *t = spk_template_parse(&f->arena, source.text, NULL);
    spk_rc rc = spk_template_eval_bool(t, &f->env, &yes, NULL);
    *out = spk_bool(yes);
    return rc;
}

static spk_rc eval_string(struct forms *f, struct spk_value source, const char *fallback,
                          struct spk_value *out)
{
    struct spk_template_string string;
    struct spk_template *other =
        fallback ? spk_template_parse(&f->arena, spk_view_of(fallback), NULL) : NULL;
    spk_template_string_init(&string, spk_template_parse(&f->arena, source.text, NULL), other);
    return spk_template_string_eval(&string, &f->env, out, NULL);
}

static spk_rc eval_tree(struct forms *f, struct spk_value source, enum spk_template_tree_mode mode,
                        struct spk_value *out)
{
    struct spk_template_tree *tree = spk_template_tree_parse(&f->arena, source, mode, NULL);
    return spk_template_tree_eval(tree, &f->env, 0, out, NULL);
}

static spk_rc eval_typed(struct forms *f, struct spk_value source, const char *type,
                         struct spk_value *out)
{
    static const char *const types[] = {"str", "int", "float", "bool", "list", "dict"};
    struct spk_template_ask ask = {0};
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(type, types[i]) == 0)
            ask.types = 1u << i;
    }
    assert_true(ask.types != 0);
    struct spk_template *t = spk_template_parse(&f->arena, source.text, NULL);
    return spk_template_eval_as(t, &f->env, &ask, out, NULL);
}

static spk_rc eval_form(struct forms *f, const char *form, struct spk_value source,
                        struct spk_value *out)
{
    if (strcmp(form, "boolean") == 0)
        return eval_boolean(f, source, out);
    if (strcmp(form, "string") == 0)
        return eval_string(f, source, NULL, out);
    if (strcmp(form, "fallback") == 0)
        return eval_string(f, source, "{{ record.id }}", out);
    if (strcmp(form, "mapping") == 0)
        return eval_tree(f, source, SPK_TEMPLATE_TREE_MAPPING, out);
    if (strcmp(form, "nested") == 0)
        return eval_tree(f, source, SPK_TEMPLATE_TREE_NESTED, out);
    return eval_typed(f, source, form, out);
}

static void check(struct forms *f, struct spk_view line)
{
    struct spk_value expected = golden_parse(&f->arena, line);
    struct spk_value got = spk_null();
    char *form = spk_arena_strdup(&f->arena, spk_get(expected, "form").text);
    bool ok = spk_value_truthy(spk_get(expected, "ok"));
    spk_rc rc = eval_form(f, form, spk_get(expected, "template"), &got);
    struct spk_buf json = {0};
    spk_json_write(&json, got, 0); /* keys become texts, as in the golden */
    bool equal = !ok || golden_same(golden_parse(&f->arena, spk_buf_view(&json)),
                                    spk_get(expected, "value"));

    bool good = (rc == SPK_OK) == ok && equal;
    if (!good)
        print_message("%.*s got %s\n", SPK_FMT(line), rc == SPK_OK ? spk_buf_cstr(&json) : "error");
    f->passed += good;
    f->failed += !good;
    spk_buf_deinit(&json);
}

static void every_form_gives_what_the_reference_gave(void **state)
{
    struct forms f = {0};
    char *line = NULL;
    size_t cap = 0;
    FILE *file = fopen(SPK_SOURCE_DIR "/lib/template/test/forms.jsonl", "r");
    assert_non_null(file);
    spk_template_env_init(&f.env, &f.arena);
    for (ssize_t len; (len = getline(&line, &cap, file)) > 0;) {
        struct spk_view text = {line, (size_t)len - 1};
        if (f.env.count > 0) {
            check(&f, text);
            spk_arena_reset(&f.arena);
            continue;
        }
        struct spk_value context = spk_get(golden_parse(&f.first, text), "context");
        for (size_t i = 0; i < context.dict->len; i++)
            spk_template_env_set(&f.env,
                                 spk_arena_strdup(&f.first, context.dict->entries[i].key.text),
                                 context.dict->entries[i].value);
    }
    fclose(file);
    free(line);
    print_message("forms: %d passed, %d failed\n", f.passed, f.failed);
    assert_true(f.passed > 450);
    assert_int_equal(f.failed, 0);
    spk_template_env_deinit(&f.env);
    spk_arena_deinit(&f.arena);
    spk_arena_deinit(&f.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_gives_what_the_reference_gave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
