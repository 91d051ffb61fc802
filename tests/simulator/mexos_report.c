#include "mexos.h"

#include "seed.h"

#include "base/map.h"
#include "base/time.h"

#include <stdio.h>

static const char *const variables[][2] = {
    {"date", "Date"},         {"month", "Month"},     {"country", "Country"},
    {"platform", "Platform"}, {"product", "Product"}, {"profile", "Profile"},
    {"var1", "Var 1"},        {"var2", "Var 2"},      {"var3", "Var 3"},
    {"var4", "Var 4"},        {"var5", "Var 5"},      {"var6", "Var 6"},
    {"var7", "Var 7"},        {"var8", "Var 8"},      {"var9", "Var 9"},
    {"var10", "Var 10"},      {"player", "Player"},
};

static const char *title_of(struct spk_view variable)
{
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (spk_view_is(variable, variables[i][0])) {
            return variables[i][1];
        }
    }
    return NULL;
}

bool spk_sim_mexos_knows(struct spk_view variable)
{
    return title_of(variable) != NULL;
}

struct totals {
    int64_t clicks, signups, first_deposits, deposits, withdrawals;
    double first_deposited, deposited, withdrawn, bonus, wins, net;
};

struct groups {
    struct spk_arena arena;
    struct spk_map by_key; /* -> struct totals */
};

static struct totals *group_of(struct groups *groups, struct spk_view key)
{
    struct totals *totals = spk_map_get(&groups->by_key, key);
    if (totals == NULL) {
        totals = SPK_NEW(&groups->arena, struct totals);
        spk_map_set(&groups->by_key, key, totals);
    }
    return totals;
}

/* The value of the grouping variable for one player. var1 carries the click id. */
static struct spk_view key_of(struct groups *groups, struct spk_view variable,
                              const struct spk_sim_player *player)
{
    struct spk_arena *arena = &groups->arena;
    if (spk_view_is(variable, "var1")) {
        return spk_arena_dup(arena, spk_view_of(player->click_id));
    }
    if (spk_view_is(variable, "player")) {
        return spk_arena_printf(arena, "brand-%lld", (long long)player->number);
    }
    if (spk_view_is(variable, "country")) {
        return spk_view_of(player->country);
    }
    if (spk_view_is(variable, "platform") || spk_view_is(variable, "product")) {
        return spk_view_is(variable, "product") ? SPK_V("Casino") : SPK_V("Web");
    }
    if (spk_view_is(variable, "var2")) {
        return spk_arena_printf(arena, "c%d", player->code);
    }
    return spk_view_is(variable, "date") || spk_view_is(variable, "month") ? SPK_V("")
                                                                           : SPK_V("N/A");
}

static void add_player(const struct spk_sim_world *world, const struct spk_sim_player *player,
                       int32_t day, struct groups *groups, struct spk_view variable)
{
    struct spk_sim_activity play;
    bool signed_up = player->day == day && spk_sim_arrived(world, day, player->hash);
    bool played = spk_sim_play(world, player, day, &play);
    if (!signed_up && !played) {
        return;
    }
    struct totals *totals = group_of(groups, key_of(groups, variable, player));
    totals->signups += signed_up ? 1 : 0;
    totals->clicks += signed_up ? 1 : 0; /* the click that led to the sign-up */
    if (!played) {
        return;
    }
    if (player->ftd_day == day) {
        totals->first_deposits++;
        totals->first_deposited += spk_sim_first_deposit(player);
    }
    totals->deposits += play.deposits;
    totals->deposited += play.deposited;
    totals->withdrawals += play.withdrawals;
    totals->withdrawn += play.withdrawn;
    totals->bonus += play.bonus;
    totals->wins += play.volume - play.pl;
    totals->net += play.pl - play.bonus;
}

/* Clicks that led nowhere, a few to one click id. */
static void add_clicks(const struct spk_sim_world *world, int32_t day, struct groups *groups,
                       struct spk_view variable)
{
    enum { PER_CLICK_ID = 4 };
    int64_t left = spk_sim_clicks(world, day) - spk_sim_signups(world, day);
    for (int64_t i = 0; left > 0; i++, left -= PER_CLICK_ID) {
        struct spk_sim_player nobody;
        spk_sim_player_at(world, day, 200000 + i, &nobody);
        bool by_player = spk_view_is(variable, "player");
        struct spk_view key = by_player ? SPK_V("N/A") : key_of(groups, variable, &nobody);
        struct totals *totals = group_of(groups, key);
        totals->clicks += left < PER_CLICK_ID ? left : PER_CLICK_ID;
    }
}

static void write_totals(const struct totals *totals, const struct spk_sim_plan *contract,
                         struct spk_sim_rows *rows)
{
    double commission = totals->net * contract->revenue_share;
    spk_sim_integer(rows, "Impressions", totals->clicks * 37);
    spk_sim_integer(rows, "Unique Clicks", totals->clicks);
    spk_sim_integer(rows, "Casino Signups Cnt", totals->signups);
    spk_sim_integer(rows, "Casino RFD Cnt", totals->first_deposits);
    spk_sim_amount(rows, "Casino RFD Amt", totals->first_deposited);
    spk_sim_integer(rows, "Deposit Cnt", totals->deposits);
    spk_sim_integer(rows, "Total Deposit Cnt", totals->deposits);
    spk_sim_amount(rows, "Total Deposit Amt", totals->deposited);
    spk_sim_integer(rows, "Withdrawal Cnt", totals->withdrawals);
    spk_sim_amount(rows, "Withdrawal Amt", totals->withdrawn);
    spk_sim_amount(rows, "Total Bonuses Eur", totals->bonus);
    spk_sim_amount(rows, "Wins", totals->wins);
    spk_sim_amount(rows, "Net Gaming After Deduction", totals->net);
    spk_sim_amount(rows, "Casino Net Gaming Commission", commission);
    spk_sim_amount(rows, "Commission", commission + (double)totals->first_deposits * contract->cpa);
}

static void write_day(const struct spk_sim_world *world, struct spk_view variable, int32_t day,
                      struct spk_sim_rows *rows)
{
    struct groups groups = {0};
    struct spk_sim_roster roster;
    struct spk_sim_player player;
    struct spk_sim_plan contract;
    spk_sim_contract(world, &contract);
    spk_sim_roster_init(&roster, world, day);
    while (spk_sim_roster_next(&roster, &player)) {
        add_player(world, &player, day, &groups, variable);
    }
    add_clicks(world, day, &groups, variable);
    const char *date = spk_day_format(&groups.arena, day).at;
    const char *title = title_of(variable);
    for (size_t i = 0; i < groups.by_key.len; i++) {
        spk_sim_row_begin(rows);
        spk_sim_text(rows, "Date", date);
        if (strcmp(title, "Date") != 0) {
            spk_sim_text(rows, title, groups.by_key.entries[i].key.at);
        }
        write_totals(groups.by_key.entries[i].value, &contract, rows);
        spk_sim_row_end(rows);
    }
    spk_map_deinit(&groups.by_key);
    spk_arena_deinit(&groups.arena);
}

void spk_sim_mexos_write(const struct spk_sim_world *world, const struct spk_sim_mexos_query *query,
                         struct spk_sim_rows *rows)
{
    for (int32_t day = query->from; day <= query->to; day++) {
        if (spk_sim_version(world, day) >= 0) {
            write_day(world, query->variable, day, rows);
        }
    }
}

int64_t spk_sim_mexos_count(const struct spk_sim_world *world, struct spk_view stream, int32_t day)
{
    struct spk_sim_mexos_query query = {.from = day, .to = day, .variable = SPK_V("var1")};
    if (spk_view_is(stream, "DailyReportStream")) {
        query.variable = SPK_V("date");
    } else if (!spk_view_is(stream, "DynamicVariablesReportStream")) {
        return -1;
    }
    struct spk_buf cells;
    spk_buf_init(&cells, SPK_SIM_MAX_BODY);
    struct spk_sim_rows rows = {.shape = SPK_SIM_POSITIONAL, .rows = &cells};
    spk_sim_mexos_write(world, &query, &rows);
    spk_sim_rows_deinit(&rows);
    spk_buf_deinit(&cells);
    return rows.written;
}
