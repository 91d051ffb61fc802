#ifndef SPK_SIM_ROWS_H
#define SPK_SIM_ROWS_H
/*
 * Writes rows in the three shapes platforms use: JSON objects, XML elements, and positional values
 * under one list of titles. Column faults (rows left out, a column renamed, a column added) happen
 * here, so that every stream can have them. Texts are the simulator's own: nothing needs escaping.
 */
#include "base/buf.h"

enum spk_sim_shape { SPK_SIM_JSON, SPK_SIM_XML, SPK_SIM_POSITIONAL };

struct spk_sim_rows {
    enum spk_sim_shape shape;
    const char *element;   /* XML: name of a row */
    struct spk_buf *rows;  /* JSON: {..},{..}   XML: <row>..</row>   positional: {"data":[..]},.. */
    struct spk_buf titles; /* positional: "Date","Var 1",... of the first row */
    int64_t offset, limit; /* rows written are those at [offset, offset + limit); limit 0: all */
    bool half;             /* every second row is missing */
    bool added, renamed;   /* columns have drifted */
    int64_t seen, written;
    bool first_column, skip;
};

void spk_sim_rows_deinit(struct spk_sim_rows *rows);
void spk_sim_row_begin(struct spk_sim_rows *rows);
void spk_sim_row_end(struct spk_sim_rows *rows);
void spk_sim_text(struct spk_sim_rows *rows, const char *name, const char *value);
void spk_sim_integer(struct spk_sim_rows *rows, const char *name, int64_t value);
void spk_sim_amount(struct spk_sim_rows *rows, const char *name, double value); /* 2 decimals */

#endif
