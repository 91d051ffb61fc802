#ifndef SPK_WAREHOUSE_INTERNAL_H
#define SPK_WAREHOUSE_INTERNAL_H
#include "warehouse/warehouse.h"

/* The DuckDB warehouse of "duckdb:PATH". */
spk_rc spk_warehouse_duckdb_open(const struct spk_warehouse_options *options,
                                 struct spk_warehouse **out, struct spk_error *err);

/* A warehouse behind an ADBC driver. Options are key, value, ..., NULL; the first two of a driver
 * are "driver" and "entrypoint". */
spk_rc spk_warehouse_adbc_open(const struct spk_warehouse_ops *ops, const char *const *options,
                               struct spk_warehouse **out, struct spk_error *err);
spk_rc spk_warehouse_adbc_execute(struct spk_warehouse *warehouse, struct spk_view sql,
                                  struct spk_error *err);
spk_rc spk_warehouse_adbc_query(struct spk_warehouse *warehouse, struct spk_view sql,
                                struct ArrowArrayStream *out, struct spk_error *err);
void spk_warehouse_adbc_destroy(struct spk_warehouse *warehouse);

/* Puts the warehouse and the statement's first line in front of the fact. Returns rc. */
spk_rc spk_warehouse_statement_error(const struct spk_warehouse *warehouse, struct spk_view sql,
                                     spk_rc rc, struct spk_error *err);
/* Pulls what is left of a stream and drops it. */
spk_rc spk_warehouse_stream_drain(struct ArrowArrayStream *stream, struct spk_error *err);
/* What a stream says of its failure; `code` is what get_schema or get_next returned. */
spk_rc spk_warehouse_stream_error(struct ArrowArrayStream *stream, int code, struct spk_error *err);
/* The code of a message by its words, where a driver gives no better one. */
spk_rc spk_warehouse_rc_of_text(const char *message, spk_rc otherwise);

#endif
