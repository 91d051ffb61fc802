#ifndef SPK_SOURCE_PROTOCOL_RECORD_DATA_H
#define SPK_SOURCE_PROTOCOL_RECORD_DATA_H
/* The data of a RECORD message. Internal to src/source/protocol. */
#include "source/sink.h"

/* Writes the record as JSON on one line. As in the CDK's messages its own fields that are null are
 * left out; nulls further down stay. */
void spk_record_data_write(struct spk_buf *out, const struct spk_record *record);

#endif
