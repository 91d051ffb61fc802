#include "connector/connector.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* The connector that an author begins with: one stream, which lints clean and passes its case. */

static const char manifest[] =
    "version: 7.0.0\n"
    "type: DeclarativeSource\n"
    "\n"
    "check:\n"
    "  type: CheckStream\n"
    "  stream_names: [items]\n"
    "\n"
    "streams:\n"
    "  - type: DeclarativeStream\n"
    "    name: items\n"
    "    primary_key: [id]\n"
    "    retriever:\n"
    "      type: SimpleRetriever\n"
    "      requester:\n"
    "        type: HttpRequester\n"
    "        url: \"{{ config['base_url'] }}/items\"\n"
    "        http_method: GET\n"
    "        authenticator:\n"
    "          type: BearerAuthenticator\n"
    "          api_token: \"{{ config['api_key'] }}\"\n"
    "      record_selector:\n"
    "        type: RecordSelector\n"
    "        # Proves that an empty list means \"no data\". A plain DpathExtractor cannot.\n"
    "        extractor:\n"
    "          type: CustomRecordExtractor\n"
    "          class_name: source_declarative_manifest.components.JsonRecordExtractor\n"
    "          record_path: [items]\n"
    "      paginator:\n"
    "        type: DefaultPaginator\n"
    "        page_token_option: {type: RequestOption, inject_into: request_parameter, field_name: "
    "page}\n"
    "        pagination_strategy: {type: PageIncrement, page_size: 2, start_from_page: 1}\n"
    "    schema_loader:\n"
    "      type: InlineSchemaLoader\n"
    "      schema:\n"
    "        $schema: http://json-schema.org/draft-07/schema#\n"
    "        type: object\n"
    "        properties:\n"
    "          id: {type: integer}\n"
    "          name: {type: [string, \"null\"]}\n"
    "\n"
    "spec:\n"
    "  type: Spec\n"
    "  connection_specification:\n"
    "    $schema: http://json-schema.org/draft-07/schema#\n"
    "    type: object\n"
    "    required: [base_url, api_key]\n"
    "    properties:\n"
    "      base_url: {type: string, title: Address of the API, default: \"https://api.test\"}\n"
    "      api_key: {type: string, title: API key, airbyte_secret: true}\n";

static const char golden_case[] =
    "{\n"
    "  \"description\": \"two pages, the second one short\",\n"
    "  \"command\": \"read\",\n"
    "  \"config\": {\"base_url\": \"https://api.test\", \"api_key\": \"SECRET\"},\n"
    "  \"exchanges\": [\n"
    "    {\n"
    "      \"request\": {\"method\": \"GET\", \"url\": \"https://api.test/items\"},\n"
    "      \"response\": {\n"
    "        \"status\": 200,\n"
    "        \"body\": {\"items\": [{\"id\": 1, \"name\": \"one\"}, {\"id\": 2, \"name\": "
    "\"two\"}]}\n"
    "      }\n"
    "    },\n"
    "    {\n"
    "      \"request\": {\"method\": \"GET\", \"url\": \"https://api.test/items?page=2\"},\n"
    "      \"response\": {\"status\": 200, \"body\": {\"items\": [{\"id\": 3, \"name\": null}]}}\n"
    "    }\n"
    "  ],\n"
    "  \"expect\": {\n"
    "    \"statuses\": {\"items\": \"COMPLETE\"},\n"
    "    \"records\": {\n"
    "      \"items\": [{\"id\": 1, \"name\": \"one\"}, {\"id\": 2, \"name\": \"two\"}, {\"id\": 3, "
    "\"name\": null}]\n"
    "    },\n"
    "    \"states\": {\"items\": {\"__ab_no_cursor_state_message\": true}}\n"
    "  }\n"
    "}\n";

static const char readme[] =
    "# %.*s\n"
    "\n"
    "| stream | what |\n"
    "|---|---|\n"
    "| items | all items, page by page |\n"
    "\n"
    "    spike connector lint manifest.yaml\n"
    "    spike connector test .\n"
    "    spike source --manifest manifest.yaml check --config config.json\n";

static spk_rc write_file(struct spk_view folder, const char *name, struct spk_view text,
                         struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_view path = spk_arena_printf(&arena, "%.*s/%s", SPK_FMT(folder), name);
    FILE *out = fopen(path.at, "w");
    bool ok = out && fwrite(text.at, 1, text.len, out) == text.len;
    if (out)
        ok = fclose(out) == 0 && ok;
    spk_rc rc = ok ? SPK_OK : spk_error_errno(err, errno, "%s", path.at);
    spk_arena_deinit(&arena);
    return rc;
}

static spk_rc make_folder(const char *path, struct spk_error *err)
{
    if (mkdir(path, 0777) == 0)
        return SPK_OK;
    if (errno != EEXIST)
        return spk_error_errno(err, errno, "%s", path);
    spk_error_set(err, SPK_ECONFIG, "%s exists", path);
    spk_error_hint(err, "choose another name; nothing was changed");
    return SPK_ECONFIG;
}

spk_rc spk_connector_new(struct spk_view folder, struct spk_error *err)
{
    struct spk_arena arena = {0};
    struct spk_buf text = {0};
    struct spk_view name = folder;
    for (size_t i = 0; i + 1 < folder.len; i++) {
        if (folder.at[i] == '/')
            name = spk_view_slice(folder, i + 1, folder.len);
    }
    spk_buf_printf(&text, readme, SPK_FMT(name));
    spk_rc rc = make_folder(spk_arena_strdup(&arena, folder), err);
    if (!rc)
        rc = make_folder(spk_arena_printf(&arena, "%.*s/cases", SPK_FMT(folder)).at, err);
    if (!rc)
        rc = write_file(folder, "manifest.yaml", spk_view_of(manifest), err);
    if (!rc)
        rc = write_file(folder, "README.md", spk_buf_view(&text), err);
    if (!rc)
        rc = write_file(folder, "cases/read_items.json", spk_view_of(golden_case), err);
    spk_buf_deinit(&text);
    spk_arena_deinit(&arena);
    return rc;
}
