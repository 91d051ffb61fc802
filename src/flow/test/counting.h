#ifndef SPK_FLOW_TEST_COUNTING_H
#define SPK_FLOW_TEST_COUNTING_H
#include "objstore/objstore.h"
#include "warehouse/warehouse.h"

/* Takes every statement and counts the rows of all files of `raw` (borrowed). */
struct spk_warehouse *counting_create(struct spk_objstore *raw);

#endif
