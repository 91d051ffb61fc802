#include "options/options.h"

#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct settings {
    bool verbose, resume;
    int64_t page_size, buffer;
    double rate;
    struct spk_view name, password;
    int mode;
    int32_t from;
    struct spk_value headers, labels, extra, files;
};

static const char *const modes[] = {"append", "overwrite", NULL};

#define AT(member) offsetof(struct settings, member)

static const struct spk_option table[] = {
    {.name = "name",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_REQUIRED,
     .offset = AT(name),
     .help = "what the run is called",
     .letter = 'n'},
    {.name = "page_size",
     .type = SPK_OPTION_INT,
     .offset = AT(page_size),
     .standard = "100",
     .help = "records per page",
     .min = 1,
     .max = 1000},
    {.name = "rate", .type = SPK_OPTION_DOUBLE, .offset = AT(rate), .help = "requests per second"},
    {.name = "verbose",
     .type = SPK_OPTION_BOOL,
     .offset = AT(verbose),
     .help = "say more",
     .letter = 'v'},
    {.name = "resume",
     .type = SPK_OPTION_BOOL,
     .offset = AT(resume),
     .standard = "true",
     .help = "go on where the last run stopped"},
    {.name = "password",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_SECRET,
     .offset = AT(password),
     .help = "of the account"},
    {.name = "mode",
     .type = SPK_OPTION_ENUM,
     .offset = AT(mode),
     .standard = "append",
     .help = "how to write",
     .choices = modes},
    {.name = "from", .type = SPK_OPTION_DAY, .offset = AT(from), .help = "first day to load"},
    {.name = "buffer",
     .type = SPK_OPTION_BYTES,
     .offset = AT(buffer),
     .standard = "16MB",
     .help = "memory for one page"},
    {.name = "headers",
     .type = SPK_OPTION_LIST,
     .offset = AT(headers),
     .help = "headers to send",
     .placeholder = "NAME:VALUE"},
    {.name = "labels", .type = SPK_OPTION_DICT, .offset = AT(labels), .help = "names of your own"},
    {.name = "extra",
     .type = SPK_OPTION_VALUE,
     .flags = SPK_OPTION_HIDDEN,
     .offset = AT(extra),
     .help = "for experiments"},
    {.name = "files",
     .type = SPK_OPTION_LIST,
     .flags = SPK_OPTION_POSITIONAL,
     .offset = AT(files),
     .help = "what to read",
     .placeholder = "FILE"},
    SPK_OPTION_END,
};

static struct spk_arena arena;

static int clean(void **state)
{
    spk_secret_forget_all();
    spk_arena_deinit(&arena);
    return 0;
}

static struct spk_value named(void)
{
    struct spk_value dict = spk_dict_new(&arena);
    spk_set(dict, "name", spk_str("demo"));
    return dict;
}

static spk_rc read_dict(struct spk_value dict, struct settings *s, struct spk_error *err)
{
    return spk_options_read(table, &(struct spk_option_origin){.dict = dict}, &arena, s, err);
}

static struct spk_value marked(struct spk_value value, unsigned line, unsigned column)
{
    value.mark = spk_mark_make(line, column);
    return value;
}

static void a_dict_fills_the_struct_and_defaults_fill_the_rest(void **state)
{
    struct settings s = {0};
    struct spk_value dict = named(), headers = spk_list_new(&arena);
    spk_list_append(headers, spk_str("A:1"));
    spk_set(dict, "rate", spk_int(5));
    spk_set(dict, "verbose", spk_bool(true));
    spk_set(dict, "mode", spk_str("overwrite"));
    spk_set(dict, "from", (struct spk_value){.kind = SPK_DATE, .day = 19782});
    spk_set(dict, "headers", headers);
    spk_set(dict, "extra", spk_null());
    spk_set(dict, "password", spk_null());
    assert_int_equal(read_dict(dict, &s, NULL), SPK_OK);
    assert_true(spk_view_is(s.name, "demo"));
    assert_int_equal(s.page_size, 100);
    assert_true(s.rate == 5.0);
    assert_true(s.verbose && s.resume);
    assert_int_equal(s.mode, 1);
    assert_int_equal(s.from, 19782);
    assert_int_equal(s.buffer, 16 << 20);
    assert_int_equal(spk_list_len(s.headers), 1);
    assert_int_equal(s.extra.kind, SPK_NULL);
    assert_int_equal(s.labels.kind, SPK_UNDEFINED);
    assert_null(s.password.at);
}

static void texts_stand_for_scalars_as_references_give_them(void **state)
{
    static const struct {
        const char *text;
        int64_t bytes;
    } sizes[] = {{"0", 0},        {"17", 17},          {"17b", 17},
                 {"64KB", 65536}, {"2gib", 2LL << 30}, {"1 MB", 1 << 20},
                 {"-1", -1},      {"1.5MB", -1},       {"9999999999TB", -1},
                 {"MB", -1},      {"1XB", -1},         {"", -1}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct settings s = {.buffer = -1};
        struct spk_value dict = named();
        spk_set(dict, "buffer", spk_str(sizes[i].text));
        spk_rc rc = read_dict(dict, &s, NULL);
        assert_int_equal(rc, sizes[i].bytes < 0 ? SPK_ECONFIG : SPK_OK);
        assert_true(s.buffer == sizes[i].bytes);
    }
    struct settings s = {0};
    struct spk_value dict = named();
    spk_set(dict, "page_size", spk_str("7"));
    spk_set(dict, "rate", spk_str("0.5"));
    spk_set(dict, "verbose", spk_str("yes"));
    spk_set(dict, "from", spk_str("2024-02-29"));
    assert_int_equal(read_dict(dict, &s, NULL), SPK_OK);
    assert_int_equal(s.page_size, 7);
    assert_int_equal(s.from, 19782);
    assert_true(s.verbose && s.rate == 0.5);
}

static void a_wrong_setting_is_named_with_its_place(void **state)
{
    struct spk_value big = {.kind = SPK_FLOAT, .number = 1.5};
    const struct {
        const char *key;
        struct spk_value value;
        const char *text, *hint;
    } cases[] = {
        {"pagesize", spk_int(5),
         "p.yaml:3:7: streams[2]: unknown setting 'pagesize', did you mean page_size?", ""},
        {"zzzzzzzzzz", spk_int(5), "p.yaml:3:7: streams[2]: unknown setting 'zzzzzzzzzz'", ""},
        {"page_size", spk_int(0),
         "p.yaml:3:7: streams[2].page_size: must be an integer from 1 to 1000, not 0", ""},
        {"page_size", big,
         "p.yaml:3:7: streams[2].page_size: must be an integer from 1 to 1000, not 1.5", ""},
        {"name", spk_int(5), "p.yaml:3:7: streams[2].name: must be a text, not 5",
         "put the value in quotes"},
        {"password", spk_int(987654), "p.yaml:3:7: streams[2].password: must be a text",
         "put the value in quotes"},
        {"mode", spk_str("apend"),
         "p.yaml:3:7: streams[2].mode: must be one of append, overwrite, not 'apend'",
         "did you mean 'append'?"},
        {"from", spk_str("2024-02-30"),
         "p.yaml:3:7: streams[2].from: must be a day such as 2024-01-31, not '2024-02-30'", ""},
        {"headers", spk_str("x"), "p.yaml:3:7: streams[2].headers: must be a list, not 'x'", ""},
        {"verbose", spk_dict_new(&arena),
         "p.yaml:3:7: streams[2].verbose: must be true or false, not a mapping", ""},
        {"rate", spk_str("fast"), "p.yaml:3:7: streams[2].rate: must be a number, not 'fast'", ""},
    };
    const struct spk_path streams = {.key = SPK_VIEW("streams")};
    const struct spk_path third = {.parent = &streams, .index = 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_error err = {0};
        struct settings s = {0}, untouched = {0};
        struct spk_value dict = named();
        spk_set(dict, cases[i].key, marked(cases[i].value, 3, 7));
        struct spk_option_origin origin = {"p.yaml", &third, dict};
        spk_rc rc = spk_options_read(table, &origin, &arena, &s, &err);
        assert_int_equal(rc, SPK_ECONFIG);
        assert_string_equal(err.text, cases[i].text);
        assert_string_equal(err.hint, cases[i].hint);
        assert_memory_equal(&s, &untouched, sizeof s);
    }
}

static void a_missing_setting_is_named_at_its_mapping(void **state)
{
    struct spk_error err = {0};
    struct settings s = {0};
    struct spk_value dict = marked(spk_dict_new(&arena), 2, 1);
    const struct spk_option_origin origin = {.file = "p.yaml", .dict = dict};
    assert_int_equal(spk_options_read(table, &origin, &arena, &s, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "p.yaml:2:1: name is missing");
    assert_string_equal(err.hint, "set name: what the run is called");
    spk_set(dict, "name", spk_null());
    assert_int_equal(read_dict(dict, &s, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "name is missing");
    assert_int_equal(read_dict(spk_null(), &s, &err), SPK_ECONFIG);
    assert_int_equal(read_dict(spk_int(5), &s, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "must be a mapping of settings, not a single value");
}

static void secret_values_are_redacted_from_then_on(void **state)
{
    struct settings s = {0};
    struct spk_value dict = named();
    struct spk_buf text = {0};
    spk_set(dict, "password", spk_str("hunter22"));
    assert_int_equal(read_dict(dict, &s, NULL), SPK_OK);
    spk_buf_append_str(&text, "login demo/hunter22");
    spk_secret_redact(&text);
    assert_string_equal(spk_buf_cstr(&text), "login demo/****");
    spk_buf_deinit(&text);
}

/* Parses a command line whose words are separated by single blanks. */
static spk_rc parse_line(const struct spk_option *options, const char *line, void *target,
                         struct spk_error *err)
{
    char *words[32] = {NULL};
    int count = 0;
    struct spk_view rest = spk_view_of(line);
    while (rest.at) {
        words[count++] = spk_arena_strdup(&arena, spk_view_cut(&rest, ' '));
    }
    return spk_options_parse(options, words, &arena, target, err);
}

static void words_fill_the_struct_in_every_form(void **state)
{
    struct settings s = {0};
    struct spk_error err = {0};
    spk_rc rc = parse_line(table,
                           "-n demo --page-size=7 --rate -0.5 one --no-resume -v --headers A:1 "
                           "--headers=B:2 --labels k=v=w --mode overwrite --extra=x -- --two -",
                           &s, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, SPK_OK);
    assert_true(spk_view_is(s.name, "demo"));
    assert_int_equal(s.page_size, 7);
    assert_true(s.rate == -0.5);
    assert_true(s.verbose && !s.resume);
    assert_int_equal(s.mode, 1);
    assert_int_equal(spk_list_len(s.headers), 2);
    assert_true(spk_view_is(spk_list_at(s.headers, 1).text, "B:2"));
    assert_true(spk_view_is(spk_get(s.labels, "k").text, "v=w"));
    assert_int_equal(spk_list_len(s.files), 3);
    assert_true(spk_view_is(spk_list_at(s.files, 1).text, "--two"));
    assert_int_equal(s.buffer, 16 << 20);
}

static void wrong_words_are_named_with_the_way_out(void **state)
{
    static const struct {
        const char *line, *text, *hint;
    } cases[] = {
        {"--page-szie 5", "unknown option --page-szie, did you mean --page-size?", ""},
        {"--zzzzzzz 5", "unknown option --zzzzzzz", ""},
        {"-x 5", "unknown option -x", ""},
        {"-vn 5", "unknown option -vn", ""},
        {"--page-size x", "--page-size must be an integer from 1 to 1000, not 'x'", ""},
        {"--page-size --verbose", "--page-size needs a value", "write --page-size=N"},
        {"--mode apend", "--mode must be one of append, overwrite, not 'apend'",
         "did you mean 'append'?"},
        {"--no-name x", "unknown option --no-name, did you mean --name?", ""},
        {"--verbose=maybe x", "--verbose must be true or false, not 'maybe'", ""},
        {"--labels x", "--labels must be a mapping, not 'x'", ""},
        {"--files x", "unknown option --files", ""},
        {"--resume x", "--name is missing", "give --name: what the run is called"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct spk_error err = {0};
        struct settings s = {0}, untouched = {0};
        assert_int_equal(parse_line(table, cases[i].line, &s, &err), SPK_ECONFIG);
        assert_string_equal(err.text, cases[i].text);
        assert_string_equal(err.hint, cases[i].hint);
        assert_memory_equal(&s, &untouched, sizeof s);
    }
}

static void a_word_too_many_is_refused(void **state)
{
    static const struct spk_option one[] = {
        {.name = "file", .type = SPK_OPTION_STRING, .flags = SPK_OPTION_POSITIONAL},
        SPK_OPTION_END,
    };
    struct spk_view file = {0};
    struct spk_error err = {0};
    assert_int_equal(parse_line(one, "a", &file, &err), SPK_OK);
    assert_true(spk_view_is(file, "a"));
    assert_int_equal(parse_line(one, "a b", &file, &err), SPK_ECONFIG);
    assert_string_equal(err.text, "unexpected argument 'b'");
}

static void help_stands_in_aligned_rows(void **state)
{
    struct spk_buf out = {0};
    spk_options_help(&out, table);
    assert_string_equal(
        spk_buf_cstr(&out),
        "  -n, --name TEXT               what the run is called (required)\n"
        "      --page-size N             records per page (default: 100)\n"
        "      --rate NUMBER             requests per second\n"
        "  -v, --verbose                 say more\n"
        "      --[no-]resume             go on where the last run stopped (default: true)\n"
        "      --password TEXT           of the account\n"
        "      --mode append|overwrite   how to write (default: append)\n"
        "      --from DAY                first day to load\n"
        "      --buffer SIZE             memory for one page (default: 16MB)\n"
        "      --headers NAME:VALUE ...  headers to send\n"
        "      --labels KEY=VALUE ...    names of your own\n"
        "  FILE...                       what to read\n");
    spk_buf_deinit(&out);
}

static void the_schema_says_the_same(void **state)
{
    struct spk_value schema = spk_options_schema(&arena, table);
    struct spk_value properties = spk_get(schema, "properties");
    struct spk_buf out = {0};
    assert_int_equal(spk_dict_len(properties), 13);
    spk_value_repr(&out, spk_get(properties, "page_size"));
    assert_string_equal(spk_buf_cstr(&out),
                        "{'type': 'integer', 'description': 'records per page', 'minimum': 1, "
                        "'maximum': 1000, 'default': 100}");
    spk_buf_clear(&out);
    spk_value_repr(&out, spk_get(properties, "password"));
    assert_string_equal(spk_buf_cstr(&out), "{'type': 'string', 'description': 'of the account', "
                                            "'airbyte_secret': True}");
    spk_buf_clear(&out);
    spk_value_repr(&out, spk_get(properties, "mode"));
    assert_string_equal(spk_buf_cstr(&out),
                        "{'type': 'string', 'description': 'how to write', "
                        "'enum': ['append', 'overwrite'], 'default': 'append'}");
    spk_buf_clear(&out);
    spk_value_repr(&out, spk_get(schema, "required"));
    assert_string_equal(spk_buf_cstr(&out), "['name']");
    assert_false(spk_value_truthy(spk_get(schema, "additionalProperties")));
    spk_buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_dict_fills_the_struct_and_defaults_fill_the_rest, clean),
        cmocka_unit_test_teardown(texts_stand_for_scalars_as_references_give_them, clean),
        cmocka_unit_test_teardown(a_wrong_setting_is_named_with_its_place, clean),
        cmocka_unit_test_teardown(a_missing_setting_is_named_at_its_mapping, clean),
        cmocka_unit_test_teardown(secret_values_are_redacted_from_then_on, clean),
        cmocka_unit_test_teardown(words_fill_the_struct_in_every_form, clean),
        cmocka_unit_test_teardown(wrong_words_are_named_with_the_way_out, clean),
        cmocka_unit_test_teardown(a_word_too_many_is_refused, clean),
        cmocka_unit_test_teardown(help_stands_in_aligned_rows, clean),
        cmocka_unit_test_teardown(the_schema_says_the_same, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
