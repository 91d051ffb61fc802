/* FileUploader, where it differs from the CDK. tests/oracle/scenarios/files.py has the rest. */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "component_fixture.h"
#include "engine_run.h"
#include "source/files/file_uploader.h"

static const struct spk_http_exchange exchanges[] = {
    {.url = SPK_VIEW("http://api.test/file"), .status = 200, .answer = SPK_VIEW("{\"c\": \"ab\"}")},
    {.url = SPK_VIEW("http://api.test/gone"), .status = 404, .answer = SPK_VIEW("no such file")},
};

#define IGNORES                                                                                    \
    ", error_handler: {type: DefaultErrorHandler, response_filters: [{type: HttpResponseFilter, "  \
    "action: IGNORE, http_codes: [404]}]}"
#define EXTRACTS    ", file_extractor: {type: DpathExtractor, field_path: [c]}"
#define NAMED(name) ", filename_extractor: \"" name "\""

static const struct {
    const char *name, *path, *requester, *more;
    const char *file, *content; /* file NULL: the record has none */
    const char *says;           /* of a failure, else NULL */
} cases[] = {
    {"a number as name", "file", "", NAMED("{{ record.id }}"), "items/7", "{\"c\": \"ab\"}", NULL},
    {"a file within the answer", "file", "", EXTRACTS NAMED("a/b"), "items/a/b", "ab", NULL},
    {"an ignored answer is no file", "gone", IGNORES, NAMED("x"), NULL, NULL, NULL},
    {"a refused answer", "gone", "", NAMED("x"), NULL, NULL, "the file of a record"},
    {"a name above the folder", "file", "", NAMED("../x"), NULL, NULL, "leaves its folder"},
    {"a name that hides it", "file", "", NAMED("a/../../x"), NULL, NULL, "leaves its folder"},
    {"no name at all", "file", "", NAMED("/"), NULL, NULL, "has no name"},
};

static char folder[] = P_tmpdir "/spike-files-XXXXXX";

static int make_folder(void **state)
{
    return mkdtemp(folder) && setenv("AIRBYTE_STAGING_DIRECTORY", folder, 1) == 0 ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    return remove(path);
}

static int remove_folder(void **state)
{
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void expect_file(struct fixture *f, const struct spk_file_reference *file, size_t i)
{
    struct spk_buf content = {0};
    assert_non_null(file);
    assert_true(spk_view_is(file->relative_path, cases[i].file));
    assert_int_equal(file->bytes, strlen(cases[i].content));
    assert_int_equal(spk_file_read(file->path.at, 0, &content, &f->err), SPK_OK);
    assert_string_equal(spk_buf_cstr(&content), cases[i].content);
    spk_buf_deinit(&content);
}

static void run(size_t i)
{
    struct fixture f;
    fixture_init(&f, NULL, spk_http_memory_create(exchanges, 2, SPK_HTTP_MATCHING));
    struct spk_view node =
        spk_arena_printf(&f.arena,
                         "{type: FileUploader, requester: {type: HttpRequester, url_base: '{{ "
                         "download_target }}'%s}, "
                         "download_target_extractor: {type: DpathExtractor, field_path: [url]}%s}",
                         cases[i].requester, cases[i].more);
    struct spk_path path = {.key = SPK_VIEW("file_uploader")};
    struct spk_build build = spk_source_build(f.source, &path);
    struct spk_component *uploader = NULL;
    build.stream = fixture_json(&f, "{\"name\": \"items\"}");
    assert_int_equal(
        spk_component_build(&build, fixture_yaml(&f, node.at), SPK_KIND_OTHER, &uploader, &f.err),
        SPK_OK);
    struct spk_view text =
        spk_arena_printf(&f.arena, "{\"id\": 7, \"url\": \"http://api.test/%s\"}", cases[i].path);
    struct spk_record record = {.tree = fixture_json(&f, text.at), .arena = &f.arena};
    spk_rc rc = spk_file_upload(uploader, &f.scope, &record, &f.err);
    if (cases[i].says ? spk_view_find(spk_view_of(f.err.text), spk_view_of(cases[i].says), 0) < 0
                      : rc != SPK_OK)
        fail_msg("%s: %s", cases[i].name, f.err.text);
    if (cases[i].file)
        expect_file(&f, record.file, i);
    else
        assert_null(record.file);
    fixture_deinit(&f);
}

static void names_stay_in_their_folder(void **unused)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
        run(i);
}

static const struct engine_case jobs = {
    .name = "files of records that a job gave",
    .streams =
        "- {type: DeclarativeStream, name: items, file_uploader: {type: FileUploader, requester: "
        "{type: HttpRequester, url_base: 'http://api.test/f'}, download_target_extractor: {type: "
        "DpathExtractor, field_path: [url]}}, schema_loader: {type: InlineSchemaLoader, schema: "
        "{}},"
        " retriever: {type: AsyncRetriever, status_mapping: {running: [], completed: [done], "
        "failed: [], timeout: []}, status_extractor: {type: DpathExtractor, field_path: [status]}, "
        "record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: "
        "[]}}, creation_requester: {type: HttpRequester, url_base: 'http://api.test/make'}, "
        "polling_requester: {type: HttpRequester, url_base: 'http://api.test/ask'}, "
        "download_requester: {type: HttpRequester, url_base: 'http://api.test/get'}}}\n",
    .read = "items",
    .answers = {OK("/make", "{}"), OK("/ask", "{\"status\": \"done\"}"),
                OK("/get", "[{\"url\": \"x\"}]"), OK("/f", "content")},
    .requests = "/ask\n/f\n/get\n/make\n",
    .records = "items {\"url\":\"x\"}\n",
};

static void jobs_have_files_too(void **unused)
{
    engine_case_run(&jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_stay_in_their_folder),
        cmocka_unit_test(jobs_have_files_too),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
