#ifndef SPK_CONNECTOR_CONNECTOR_H
#define SPK_CONNECTOR_CONNECTOR_H
/*
 * What authors of connectors need: a manifest to begin with, what is doubtful in one (lint), how
 * its streams hang together (graph), what it can be made of (components), and golden cases: the
 * HTTP exchanges of a command with what must come of them (docs/connectors.md).
 */
#include "source/source.h"

/* ---- lint ---- */

struct spk_finding {
    uint32_t mark; /* place in the manifest: spk_mark_line, spk_mark_column; 0: unknown */
    struct spk_view text;
};

struct spk_findings {
    struct spk_arena *arena;
    struct spk_finding *items; /* after lint: by place, each once */
    size_t len, cap;
};

void spk_findings_deinit(struct spk_findings *findings);
/* Everything doubtful in a manifest that loads; findings->arena is set by the caller. */
spk_rc spk_connector_lint(const struct spk_manifest *manifest, struct spk_findings *findings,
                          struct spk_error *err);

/* ---- graph ---- */

/* LIST of {"name", "parents": [{"stream", "parent_key", "partition_field"}], "incremental": bool,
 * "condition"?}. */
spk_rc spk_connector_graph(const struct spk_manifest *manifest, struct spk_arena *arena,
                           struct spk_value *streams, struct spk_error *err);
enum spk_graph_form { SPK_GRAPH_TEXT, SPK_GRAPH_JSON, SPK_GRAPH_DOT };
void spk_connector_graph_write(struct spk_buf *out, struct spk_value streams,
                               enum spk_graph_form form);

/* ---- components ---- */

/* LIST of {"type", "kind", "help", "properties": [{"name", "type", "kind"?, "required", "default"?,
 * "choices"?, "help"}]}. */
struct spk_value spk_connector_components(struct spk_arena *arena);
void spk_connector_components_write(struct spk_buf *out, struct spk_value components);

/* ---- new ---- */

/* Makes the folder with manifest.yaml, README.md and cases/; ECONFIG where it exists. */
spk_rc spk_connector_new(struct spk_view folder, struct spk_error *err);

/* ---- cases ---- */

struct spk_case_result {
    struct spk_view name; /* of the file, without .json */
    bool passed;
    struct spk_view difference; /* lines for people */
};

/* Runs one case file against the manifest, without a network. ECONFIG where the file is no case. */
spk_rc spk_connector_case_run(const char *manifest, const char *file, struct spk_arena *arena,
                              struct spk_case_result *result, struct spk_error *err);
/* Runs the command of the case file against its server and writes what it was answered, and what
 * came of it, into the file. `file` needs "command" and what it reads; secrets of the config are
 * written as "****". */
spk_rc spk_connector_case_record(const char *manifest, const char *file, struct spk_error *err);

#endif
