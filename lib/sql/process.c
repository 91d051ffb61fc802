/* Who this process is, and whether another of the same machine still runs (proc(5)). */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "sql/sql_internal.h"

enum { STAT_MAX = 4096, STARTED_FIELD = 22 };

/* Field 3 (state) and field 22 (start time) of /proc/PID/stat. The name in field 2 may hold blanks
 * and brackets, so counting begins behind its last bracket. */
static bool read_stat(int64_t pid, char *state, int64_t *started)
{
    char path[64];
    struct spk_buf text = {0};
    bool ok = false;
    snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
    if (spk_file_read(path, STAT_MAX, &text, NULL) == SPK_OK) {
        const char *bracket = text.len ? memrchr(text.at, ')', text.len) : NULL;
        struct spk_view rest = {0};
        if (bracket && bracket + 2 < text.at + text.len)
            rest = spk_view_make(bracket + 2, (size_t)(text.at + text.len - bracket - 2));
        for (int field = 3; rest.at && !ok; field++) {
            struct spk_view piece = spk_view_cut(&rest, ' ');
            if (field == 3)
                *state = piece.len ? piece.at[0] : '?';
            ok = field == STARTED_FIELD && spk_parse_i64(piece, 0, INT64_MAX, started);
        }
    }
    spk_buf_deinit(&text);
    return ok;
}

void spk_sql_process_self(struct spk_sql_process *out, struct spk_sql_process_store *store)
{
    struct stat namespace_stat = {0};
    struct spk_buf boot = {0};
    int64_t started = 0;
    char state;
    if (gethostname(store->host, sizeof(store->host) - 1) != 0)
        store->host[0] = '\0';
    store->host[sizeof(store->host) - 1] = '\0';
    spk_file_read("/proc/sys/kernel/random/boot_id", sizeof(store->boot) - 1, &boot, NULL);
    struct spk_view id = spk_view_trim(spk_buf_view(&boot));
    if (id.len)
        memcpy(store->boot, id.at, id.len);
    store->boot[id.len] = '\0';
    spk_buf_deinit(&boot);
    stat("/proc/self/ns/pid", &namespace_stat);
    read_stat(getpid(), &state, &started);
    *out = (struct spk_sql_process){
        .host = spk_view_of(store->host),
        .boot = spk_view_of(store->boot),
        .pid_namespace = (int64_t)namespace_stat.st_ino,
        .pid = getpid(),
        .started = started,
    };
}

bool spk_sql_process_runs(int64_t pid, int64_t started)
{
    int64_t started_now = 0;
    char state = '?';
    if (pid <= 0 || (kill((pid_t)pid, 0) != 0 && errno == ESRCH))
        return false;
    if (!read_stat(pid, &state, &started_now))
        return true; /* it exists, and the system hides more from this user */
    if (state == 'Z' || state == 'X')
        return false;
    return started == 0 || started == started_now;
}
