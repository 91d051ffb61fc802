#ifndef SPK_DESTINATION_DESTINATION_H
#define SPK_DESTINATION_DESTINATION_H
/*
 * An Airbyte destination: the messages of any source, one JSON object per line, become batches in
 * transient storage (transient/transient.h), one per stream and day of RECORD.emitted_at.
 *
 * - A STATE is answered on the output, with destinationStats, only when the rows before it are in
 *   batches whose batch.json is on disk; the states of a stream keep their order.
 * - A stream is whole when its source says COMPLETE. Otherwise its batches are partial: they keep
 *   the rows before the last STATE that was answered, the rows behind it are dropped, and the write
 *   fails with ETRANSIENT.
 * - A line that is no message, and a record of a stream that the catalog does not name, end the
 *   write: EDATA with the line's number. Types of messages that are not known are passed over.
 * - Memory: one line (128 MB at most), the row groups of open files, 10,000 states.
 */
#include "options/options.h"
#include "source/protocol.h"

struct spk_destination;

/* The SPEC message's spec. */
struct spk_value spk_destination_spec(struct spk_arena *arena);

/* config: the DICT that the spec describes, borrowed. ECONFIG names the field. */
spk_rc spk_destination_create(struct spk_value config, struct spk_destination **out,
                              struct spk_error *err);
void spk_destination_destroy(struct spk_destination *destination);

/* Writes, reads and removes a small object in the folder. */
spk_rc spk_destination_check(struct spk_destination *destination, struct spk_error *err);

struct spk_destination_write {
    struct spk_value catalog; /* ConfiguredAirbyteCatalog */
    int input;                /* file descriptor with the source's messages */
    struct spk_airbyte *out;  /* answers */
};
/* Once per handle. ECONFIG: a catalog or a sync mode that cannot be done, a run that exists. */
spk_rc spk_destination_write(struct spk_destination *destination,
                             const struct spk_destination_write *write, struct spk_error *err);

#endif
