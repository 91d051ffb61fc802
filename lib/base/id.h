#ifndef SPK_BASE_ID_H
#define SPK_BASE_ID_H
/* UUIDs as 36 lower-case characters plus NUL. Thread-safe. */
#include <stdint.h>

enum { SPK_UUID_TEXT = 37 };
void spk_uuid4(char out[SPK_UUID_TEXT]);                 /* random; getrandom in batches, fast */
void spk_uuid7(int64_t now_us, char out[SPK_UUID_TEXT]); /* time-ordered, monotonic in a process */

#endif
