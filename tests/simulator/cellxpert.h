#ifndef SPK_SIM_CELLXPERT_H
#define SPK_SIM_CELLXPERT_H
/* Cellxpert's reports: who asks (cellxpert.c) and what they hold (cellxpert_report.c). */
#include "rows.h"
#include "simulator.h"

struct spk_sim_cellxpert_query {
    const struct spk_sim_request *request; /* NULL: the columns a connector asks for */
    int32_t from, to;
    bool json;
};

struct spk_sim_cellxpert_report {
    const char *command, *daterange; /* daterange NULL: any other */
    const char *stream;
    const char *list, *element; /* JSON and XML names of the rows; list NULL: XML only */
    bool needs_breakdown;
    void (*write)(const struct spk_sim_world *world, const struct spk_sim_cellxpert_query *query,
                  int32_t day, struct spk_sim_rows *rows);
};

extern const struct spk_sim_cellxpert_report spk_sim_cellxpert_reports[]; /* ends: command NULL */
/* Is this breakdown of the media report asked for? */
bool spk_sim_cellxpert_wants(const struct spk_sim_cellxpert_query *query, const char *breakdown);

#endif
