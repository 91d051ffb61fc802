#ifndef SPK_SIM_MEXOS_H
#define SPK_SIM_MEXOS_H
/* The report of Mexos' engine: who asks (mexos.c) and what it holds (mexos_report.c). */
#include "rows.h"
#include "simulator.h"

struct spk_sim_mexos_query {
    int32_t from, to;
    struct spk_view variable; /* what the rows are grouped by */
    int64_t offset, limit;
};

bool spk_sim_mexos_knows(struct spk_view variable);
void spk_sim_mexos_write(const struct spk_sim_world *world, const struct spk_sim_mexos_query *query,
                         struct spk_sim_rows *rows);

#endif
