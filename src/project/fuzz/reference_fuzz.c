/* Any text as a setting: references in it are refused or parsed, never followed. */
#include "project/project_internal.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_view text = spk_view_make(data, size);
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_value dict = spk_dict_new(&arena);
    spk_dict_set(dict, spk_view_slice(text, 0, size / 2), spk_string(text));
    struct spk_path path = {.key = spk_view_slice(text, size / 2, size)};
    struct spk_option_origin origin = {.file = "fuzz", .path = &path, .dict = dict};
    struct spk_project_file file = {&arena, "fuzz", SPK_V("/folder")};
    struct spk_view url = text;
    spk_reference_check(&origin, dict, &err);
    spk_reference_hint(&path, &err);
    spk_place_check_name(&origin, spk_string(text), &err);
    if (spk_place_url(&file, SPK_PLACE_OBJECTS, &origin, &url, &err) == SPK_OK) {
        spk_place_join(&arena, SPK_V("/a/b"), url);
    }
    spk_arena_deinit(&arena);
    return 0;
}
