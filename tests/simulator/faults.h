#ifndef SPK_SIM_FAULTS_H
#define SPK_SIM_FAULTS_H
/*
 * Faults: what goes wrong, for which stream, when. A fault holds while the virtual clock's day lies
 * in [from, to], the day that is asked for lies in [day_from, day_to], and the number of requests
 * that met these conditions lies in (after, after + count].
 */
#include "value/value.h"

enum spk_sim_fault_kind {
    SPK_SIM_WRONG_KEY,
    SPK_SIM_IP_BLOCKED,
    SPK_SIM_HTML_PAGE,
    SPK_SIM_UNKNOWN_BODY,
    SPK_SIM_EMPTY,        /* the platform's sign for "no rows", although there are some */
    SPK_SIM_SILENT_EMPTY, /* a well-formed report without rows */
    SPK_SIM_SILENT_HALF,  /* every second row is missing */
    SPK_SIM_HTTP_429,
    SPK_SIM_HTTP_500,
    SPK_SIM_SLOW,
    SPK_SIM_TRUNCATED, /* the connection closes in the middle of the announced body */
    SPK_SIM_RESET,     /* the connection is reset before the answer */
    SPK_SIM_BAD_JSON,  /* a whole answer whose document is broken */
    SPK_SIM_BAD_XML,
    SPK_SIM_DRIFT, /* both of the next two */
    SPK_SIM_DRIFT_ADD,
    SPK_SIM_DRIFT_RENAME,
    SPK_SIM_TOKEN_EXPIRY,
    SPK_SIM_HUGE,
    SPK_SIM_FAULT_KINDS
};

struct spk_sim_fault {
    int kind; /* enum spk_sim_fault_kind */
    struct spk_view stream;
    int32_t from, to, day_from, day_to;
    int64_t after, count, retry_after, times;
    double seconds;
    int64_t met; /* requests that met the conditions so far */
};

enum { SPK_SIM_MAX_FAULTS = 64 };

struct spk_sim_faults {
    struct spk_arena arena;
    struct spk_sim_fault items[SPK_SIM_MAX_FAULTS];
    size_t len;
};

/* What holds for one request. */
struct spk_sim_trouble {
    uint32_t mask;       /* 1 << kind */
    double seconds;      /* of SLOW */
    int64_t retry_after; /* of HTTP_429; -1: no header */
    int64_t times;       /* of HUGE */
};

void spk_sim_faults_deinit(struct spk_sim_faults *faults);
void spk_sim_faults_clear(struct spk_sim_faults *faults);
/* Appends from a LIST of mappings; ECONFIG for an unknown fault or field. Texts are copied. */
spk_rc spk_sim_faults_read(struct spk_sim_faults *faults, struct spk_value list,
                           struct spk_error *err);
/* Counts the request against each fault. The caller holds the account's lock. */
struct spk_sim_trouble spk_sim_faults_meet(struct spk_sim_faults *faults, struct spk_view stream,
                                           int32_t today, int32_t day);
static inline bool spk_sim_has(const struct spk_sim_trouble *trouble, enum spk_sim_fault_kind kind)
{
    return (trouble->mask >> kind & 1) != 0;
}

#endif
