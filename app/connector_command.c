#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "command.h"
#include "connector/connector.h"

/* `spike connector`: what authors of connectors need. */
struct words {
    int op;
    struct spk_view place;
    bool json, dot, record;
};

enum { OP_NEW, OP_LINT, OP_TEST, OP_GRAPH, OP_COMPONENTS };
static const char *const ops[] = {"new", "lint", "test", "graph", "components", NULL};

#define FIELD(name) offsetof(struct words, name)

static const struct spk_option options[] = {
    {.name = "command",
     .type = SPK_OPTION_ENUM,
     .flags = SPK_OPTION_POSITIONAL | SPK_OPTION_REQUIRED,
     .offset = FIELD(op),
     .choices = ops,
     .help = "new FOLDER, lint FILE, test FOLDER or CASE, graph FILE, components"},
    {.name = "place",
     .type = SPK_OPTION_STRING,
     .flags = SPK_OPTION_POSITIONAL,
     .offset = FIELD(place),
     .help = "the folder or file that it works on"},
    {.name = "json", .type = SPK_OPTION_BOOL, .offset = FIELD(json), .help = "machine output"},
    {.name = "dot", .type = SPK_OPTION_BOOL, .offset = FIELD(dot), .help = "graph: for Graphviz"},
    {.name = "record",
     .type = SPK_OPTION_BOOL,
     .offset = FIELD(record),
     .help = "test CASE: ask the live server, write its answers and the outcome into the case"},
    SPK_OPTION_END,
};

struct session {
    struct words words;
    struct spk_arena arena;
    int status; /* where nothing failed */
};

static void print(struct spk_buf *text)
{
    fwrite(text->at, 1, text->len, stdout);
    spk_buf_deinit(text);
}

static spk_rc do_new(struct session *s, struct spk_error *err)
{
    spk_rc rc = spk_connector_new(s->words.place, err);
    if (!rc)
        printf("made %.*s/manifest.yaml, README.md and cases/read_items.json\n"
               "next: spike connector test %.*s\n",
               SPK_FMT(s->words.place), SPK_FMT(s->words.place));
    return rc;
}

static void print_findings(const struct spk_findings *findings, const char *file, bool json)
{
    struct spk_arena arena = {0};
    struct spk_buf text = {0};
    struct spk_value list = spk_list_new(&arena);
    for (size_t i = 0; i < findings->len; i++) {
        const struct spk_finding *finding = &findings->items[i];
        struct spk_value item = spk_dict_new(&arena);
        spk_buf_printf(&text, "%s:%u:%u: %.*s\n", file, spk_mark_line(finding->mark),
                       spk_mark_column(finding->mark), SPK_FMT(finding->text));
        spk_set(item, "file", spk_str(file));
        spk_set(item, "line", spk_int(spk_mark_line(finding->mark)));
        spk_set(item, "column", spk_int(spk_mark_column(finding->mark)));
        spk_set(item, "message", spk_string(finding->text));
        spk_list_append(list, item);
    }
    if (json) {
        spk_buf_clear(&text);
        spk_json_write(&text, list, SPK_JSON_PRETTY);
        spk_buf_append_char(&text, '\n');
    }
    print(&text);
    spk_arena_deinit(&arena);
}

static spk_rc do_lint(struct session *s, struct spk_error *err)
{
    struct spk_manifest *manifest = NULL;
    struct spk_findings findings = {.arena = &s->arena};
    const char *file = spk_arena_strdup(&s->arena, s->words.place);
    spk_rc rc = spk_manifest_read(file, &manifest, err);
    if (!rc)
        rc = spk_connector_lint(manifest, &findings, err);
    if (!rc) {
        print_findings(&findings, file, s->words.json);
        s->status = findings.len > 0 ? SPK_EXIT_FAILED : SPK_EXIT_DONE;
        if (findings.len > 0)
            fprintf(stderr, "spike: %zu findings\n", findings.len);
    }
    spk_findings_deinit(&findings);
    spk_manifest_destroy(manifest);
    return rc;
}

static spk_rc do_graph(struct session *s, struct spk_error *err)
{
    struct spk_manifest *manifest = NULL;
    struct spk_value streams;
    struct spk_buf text = {0};
    spk_rc rc = spk_manifest_read(spk_arena_strdup(&s->arena, s->words.place), &manifest, err);
    if (!rc)
        rc = spk_connector_graph(manifest, &s->arena, &streams, err);
    if (!rc)
        spk_connector_graph_write(&text, streams,
                                  s->words.json  ? SPK_GRAPH_JSON
                                  : s->words.dot ? SPK_GRAPH_DOT
                                                 : SPK_GRAPH_TEXT);
    print(&text);
    spk_manifest_destroy(manifest);
    return rc;
}

static spk_rc do_components(struct session *s, struct spk_error *err)
{
    struct spk_value components = spk_connector_components(&s->arena);
    struct spk_buf text = {0};
    if (s->words.json)
        spk_json_write(&text, components, SPK_JSON_PRETTY);
    else
        spk_connector_components_write(&text, components);
    print(&text);
    return SPK_OK;
}

static int is_case(const struct dirent *entry)
{
    return spk_view_ends(spk_view_of(entry->d_name), SPK_V(".json"));
}

struct tally {
    size_t passed, failed;
};

static spk_rc run_case(struct session *s, const char *manifest, const char *file,
                       struct tally *tally, struct spk_error *err)
{
    struct spk_case_result result = {0};
    if (s->words.record) {
        spk_rc recorded = spk_connector_case_record(manifest, file, err);
        if (recorded)
            return recorded;
    }
    spk_rc rc = spk_connector_case_run(manifest, file, &s->arena, &result, err);
    if (rc)
        return rc;
    printf("%s %s\n%.*s", result.passed ? "ok    " : "FAILED", file, SPK_FMT(result.difference));
    tally->passed += result.passed;
    tally->failed += !result.passed;
    return SPK_OK;
}

/* All cases of FOLDER/cases in the order of their names. */
static spk_rc run_folder(struct session *s, struct spk_view folder, struct tally *tally,
                         struct spk_error *err)
{
    struct dirent **entries = NULL;
    struct spk_view cases = spk_arena_printf(&s->arena, "%.*s/cases", SPK_FMT(folder));
    struct spk_view manifest = spk_arena_printf(&s->arena, "%.*s/manifest.yaml", SPK_FMT(folder));
    int n = scandir(cases.at, &entries, is_case, alphasort);
    spk_rc rc = SPK_OK;
    if (n < 0)
        return spk_error_errno(err, errno, "%s", cases.at);
    for (int i = 0; i < n; i++) {
        struct spk_view file =
            spk_arena_printf(&s->arena, "%.*s/%s", SPK_FMT(cases), entries[i]->d_name);
        if (!rc)
            rc = run_case(s, manifest.at, file.at, tally, err);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

/* A case file belongs to the manifest beside its folder. */
static spk_rc run_file(struct session *s, struct spk_view file, struct tally *tally,
                       struct spk_error *err)
{
    size_t folder = file.len;
    while (folder > 0 && file.at[folder - 1] != '/')
        folder--;
    struct spk_view manifest = spk_arena_printf(&s->arena, "%.*s../manifest.yaml",
                                                SPK_FMT(spk_view_slice(file, 0, folder)));
    return run_case(s, manifest.at, spk_arena_strdup(&s->arena, file), tally, err);
}

static spk_rc do_test(struct session *s, struct spk_error *err)
{
    struct tally tally = {0};
    bool one = spk_view_ends(s->words.place, SPK_V(".json"));
    spk_rc rc = SPK_OK;
    if (s->words.record && !one) {
        rc = spk_error_set(err, SPK_ECONFIG, "--record works on one case file");
        spk_error_hint(err, "write {\"command\": \"read\", \"config\": {...}, \"streams\": [...]} "
                            "into FOLDER/cases/NAME.json and name that");
        return rc;
    }
    rc =
        one ? run_file(s, s->words.place, &tally, err) : run_folder(s, s->words.place, &tally, err);
    printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
    s->status = tally.failed > 0 ? SPK_EXIT_FAILED : SPK_EXIT_DONE;
    return rc;
}

extern const struct spk_command spk_connector_command;

static int run(int argc, char **argv, struct spk_error *err)
{
    static spk_rc (*const steps[])(struct session *, struct spk_error *) = {
        do_new, do_lint, do_test, do_graph, do_components};
    struct session s = {0};
    spk_rc rc = spk_options_parse(options, argv, &s.arena, &s.words, err);
    if (!rc && s.words.op != OP_COMPONENTS && s.words.place.len == 0)
        rc = spk_error_set(err, SPK_ECONFIG, "%s needs a folder or a file", ops[s.words.op]);
    if (rc) {
        spk_arena_deinit(&s.arena);
        return spk_command_usage(&spk_connector_command, err);
    }
    rc = steps[s.words.op](&s, err);
    spk_arena_deinit(&s.arena);
    return rc ? spk_command_end(rc, err) : s.status;
}

const struct spk_command spk_connector_command = {
    .name = "connector",
    .usage = "{new FOLDER|lint FILE|test FOLDER|graph FILE|components} [--json]",
    .help = "for authors: scaffold, lint and test connectors, see their streams and parts",
    .options = options,
    .run = run,
};
