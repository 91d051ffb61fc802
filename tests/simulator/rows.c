#include "rows.h"

#include <math.h>
#include <stdio.h>

void spk_sim_rows_deinit(struct spk_sim_rows *rows)
{
    spk_buf_deinit(&rows->titles);
}

static bool is_left_out(const struct spk_sim_rows *rows)
{
    if (rows->half && rows->seen % 2 == 1) {
        return true;
    }
    int64_t index = rows->half ? rows->seen / 2 : rows->seen;
    return index < rows->offset || (rows->limit > 0 && index >= rows->offset + rows->limit);
}

void spk_sim_row_begin(struct spk_sim_rows *rows)
{
    rows->skip = is_left_out(rows);
    rows->seen++;
    rows->first_column = true;
    if (rows->skip) {
        return;
    }
    if (rows->shape == SPK_SIM_XML) {
        spk_buf_printf(rows->rows, "<%s>", rows->element);
        return;
    }
    if (rows->written > 0) {
        spk_buf_append_char(rows->rows, ',');
    }
    spk_buf_append_str(rows->rows, rows->shape == SPK_SIM_JSON ? "{" : "{\"data\":[");
}

static const char *drifted_name(const struct spk_sim_rows *rows, const char *name)
{
    static const char *const renamed[][2] = {{"Net_Deposits", "NetDeposits"},
                                             {"Deposits", "Total_Deposits"},
                                             {"CommissionType", "Commission_Type"},
                                             {"Wins", "Casino Wins"}};
    for (size_t i = 0; rows->renamed && i < sizeof(renamed) / sizeof(renamed[0]); i++) {
        if (strcmp(name, renamed[i][0]) == 0) {
            return renamed[i][1];
        }
    }
    return name;
}

/* `value` is ready for the place it goes to: quoted where JSON wants quotes. */
static void column(struct spk_sim_rows *rows, const char *name, const char *value)
{
    if (rows->skip) {
        return;
    }
    name = drifted_name(rows, name);
    const char *comma = rows->first_column ? "" : ",";
    switch (rows->shape) {
    case SPK_SIM_XML:
        if (value[0] == '\0') {
            spk_buf_printf(rows->rows, "<%s/>", name);
        } else {
            spk_buf_printf(rows->rows, "<%s>%s</%s>", name, value, name);
        }
        break;
    case SPK_SIM_JSON: spk_buf_printf(rows->rows, "%s\"%s\":%s", comma, name, value); break;
    case SPK_SIM_POSITIONAL:
        spk_buf_printf(rows->rows, "%s%s", comma, value);
        if (rows->written == 0) {
            spk_buf_printf(&rows->titles, "%s\"%s\"", comma, name);
        }
        break;
    }
    rows->first_column = false;
}

void spk_sim_text(struct spk_sim_rows *rows, const char *name, const char *value)
{
    if (rows->shape == SPK_SIM_XML) {
        column(rows, name, value);
        return;
    }
    struct spk_buf quoted = {0};
    spk_buf_printf(&quoted, "\"%s\"", value);
    column(rows, name, spk_buf_cstr(&quoted));
    spk_buf_deinit(&quoted);
}

void spk_sim_integer(struct spk_sim_rows *rows, const char *name, int64_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    column(rows, name, text);
}

void spk_sim_amount(struct spk_sim_rows *rows, const char *name, double value)
{
    char text[64];
    double cents = round(value * 100);
    snprintf(text, sizeof(text), "%.2f", cents == 0 ? 0.0 : cents / 100);
    column(rows, name, text);
}

void spk_sim_row_end(struct spk_sim_rows *rows)
{
    if (rows->skip) {
        return;
    }
    if (rows->added) {
        spk_sim_integer(rows,
                        rows->shape == SPK_SIM_POSITIONAL ? "Loyalty Points" : "Loyalty_Points",
                        rows->seen % 50);
    }
    switch (rows->shape) {
    case SPK_SIM_XML: spk_buf_printf(rows->rows, "</%s>\n", rows->element); break;
    case SPK_SIM_JSON: spk_buf_append_char(rows->rows, '}'); break;
    case SPK_SIM_POSITIONAL: spk_buf_append_str(rows->rows, "]}"); break;
    }
    rows->written++;
}
