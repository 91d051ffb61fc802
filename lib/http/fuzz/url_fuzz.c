/* "base\nreference": joining, preparing and quoting any two texts. */
#include <stdlib.h>

#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is prepared fits into a request line. */
static void prepare(struct spk_arena *arena, struct spk_view url)
{
    struct spk_view ready = {0};
    struct spk_url parts = {0};
    if (spk_url_prepare(arena, url, (struct spk_view){0}, &ready, NULL)) {
        return;
    }
    for (size_t i = 0; i < ready.len; i++) {
        if (ready.at[i] <= ' ' || ready.at[i] > '~') {
            abort();
        }
    }
    if (spk_url_split(arena, ready, &parts, NULL) == SPK_OK) {
        spk_url_host(parts.netloc);
        spk_url_port(parts.netloc);
        spk_url_unsplit(arena, &parts);
    }
}

/* What quote wrote, unquote reads. */
static void quote_and_back(struct spk_view text)
{
    struct spk_buf quoted = {0};
    struct spk_buf plain = {0};
    spk_url_quote_plus(&quoted, text, "/");
    spk_url_unquote(&plain, spk_buf_view(&quoted), true);
    if (!spk_view_equal(spk_buf_view(&plain), text)) {
        abort();
    }
    spk_buf_clear(&quoted);
    spk_url_requote(&quoted, text);
    spk_buf_deinit(&quoted);
    spk_buf_deinit(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_view rest = spk_view_make(data, size);
    struct spk_view base = spk_view_cut(&rest, '\n');
    struct spk_view joined = {0};
    struct spk_url_pair pair;
    if (spk_url_join(&arena, base, rest, &joined, NULL) == SPK_OK) {
        prepare(&arena, joined);
    }
    prepare(&arena, base);
    quote_and_back(base);
    while (spk_url_query_next(&rest, &pair)) {
        quote_and_back(pair.value);
    }
    spk_arena_deinit(&arena);
    return 0;
}
