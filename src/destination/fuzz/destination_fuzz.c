/* Any text as a configured catalog (its first line) and a source's messages (the rest). */
#include "destination/destination.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int messages_of(struct spk_view text)
{
    int fd = memfd_create("messages", 0);
    if (text.len > 0 && write(fd, text.at, text.len) != (ssize_t)text.len)
        return fd;
    lseek(fd, 0, SEEK_SET);
    return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spk_arena arena = {0};
    struct spk_error err = {0};
    struct spk_view rest = spk_view_make(data, size), catalog = spk_view_cut(&rest, '\n');
    struct spk_value config = spk_dict_new(&arena);
    struct spk_destination_write job = {0};
    struct spk_destination *destination = NULL;
    int nowhere = open("/dev/null", O_WRONLY);
    spk_set(config, "transient", spk_str("memory:"));
    spk_set(config, "checkpoint_seconds", spk_int(size % 2 == 0 ? 0 : 60));
    if (spk_json_parse(&arena, catalog, NULL, &job.catalog, &err) == SPK_OK &&
        spk_destination_create(config, &destination, &err) == SPK_OK) {
        job.input = messages_of(rest);
        job.out = spk_airbyte_create(nowhere);
        spk_destination_write(destination, &job, &err);
        spk_airbyte_destroy(job.out);
        close(job.input);
    }
    spk_destination_destroy(destination);
    close(nowhere);
    spk_arena_deinit(&arena);
    return 0;
}
