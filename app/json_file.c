#include "json_file.h"

#include "base/file.h"

spk_rc spk_json_file_read(const struct spk_json_file *file, struct spk_arena *arena,
                          struct spk_value *out, struct spk_error *err)
{
    if (file->path.len == 0)
        return spk_error_set(err, SPK_ECONFIG, "%s needs --%s FILE", file->command, file->option);
    struct spk_buf text = {0};
    spk_rc rc = spk_file_read(spk_arena_strdup(arena, file->path), 0, &text, err);
    if (!rc)
        rc = spk_json_parse(arena, spk_buf_view(&text), NULL, out, err);
    if (rc)
        spk_error_context(err, SPK_ECONFIG, "%s %.*s", file->option, SPK_FMT(file->path));
    spk_buf_deinit(&text);
    if (rc && err)
        err->rc = SPK_ECONFIG;
    return rc ? SPK_ECONFIG : SPK_OK;
}
