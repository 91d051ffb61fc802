/* Redaction. The input is "secret NUL secret NUL ... text". */
#include "base/secret.h"

#include <assert.h>

enum { SECRETS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_view secrets[SECRETS], rest = spk_view_make(data, size);
    size_t count = 0;
    while (count < SECRETS && rest.len && memchr(rest.at, '\0', rest.len)) {
        secrets[count] = spk_view_cut(&rest, '\0');
        spk_secret_add(secrets[count++]);
    }
    struct spk_buf buf = {0};
    spk_buf_append(&buf, rest);
    spk_secret_redact(&buf);
    bool stars = spk_view_find(rest, SPK_V("*"), 0) >= 0;
    for (size_t i = 0; i < count; i++) {
        /* A secret of stars may come into being by the replacement itself. */
        bool may_appear = secrets[i].len < 4 || memchr(secrets[i].at, '*', secrets[i].len);
        assert(may_appear || spk_view_find(spk_buf_view(&buf), secrets[i], 0) < 0);
    }
    bool changed = !spk_view_equal(spk_buf_view(&buf), rest);
    assert(!changed || stars || spk_view_find(spk_buf_view(&buf), SPK_V("****"), 0) >= 0);
    assert(count > 0 || !changed);
    spk_buf_deinit(&buf);
    spk_secret_forget_all();
    return 0;
}
